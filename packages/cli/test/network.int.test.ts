import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildReceiver, createApi, startTestServer, type TestServer, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli, runShell } from './harness.js'

const fileOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

let server: TestServer
let proxy: Server
let proxyUrl: string
/** What the proxy was asked for, and who asked. */
const asked: { url: string | undefined; login: string | undefined; authorization: string | undefined }[] = []

/** A forward proxy that alone knows where epr.test is. */
beforeAll(async () => {
  server = await startTestServer()
  const { port } = new URL(server.url)
  proxy = createServer((incoming, answer) => {
    const { 'proxy-authorization': login, authorization } = incoming.headers
    asked.push({ url: incoming.url, login, authorization })
    const { pathname, search } = new URL(incoming.url ?? '')
    const options = {
      port,
      path: pathname + search,
      method: incoming.method,
      headers: { ...incoming.headers, host: 'localhost' },
    }
    const outgoing = request(options, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers)
      response.pipe(answer)
    })
    incoming.pipe(outgoing)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  proxyUrl = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
})
afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await server.close()
})

it('a server that only the forward proxy knows is reached by it', async () => {
  const env = { http_proxy: '', HTTP_PROXY: `http://us:er@${proxyUrl}`, no_proxy: 'other.test' }
  const status = await runCli(['status'], { url: 'http://epr.test', env })
  expect(status).toMatchObject({ code: 0, stderr: '' })
  expect(asked.at(-1)).toMatchObject({ url: 'http://epr.test/healthz/status', login: 'Basic dXM6ZXI=' })
  const count = asked.length
  expect(await runCli(['status'], { url: server.url, env })).toMatchObject({ code: 0 })
  const direct = await runCli(['status'], { url: 'http://epr.test', env: { ...env, no_proxy: 'epr.test' } })
  expect(direct).toMatchObject({ code: 5, stderr: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) })
  expect(asked).toHaveLength(count)
  const invalid = await runCli(['status'], { url: 'http://epr.test', env: { http_proxy: 'ftp://pass@word' } })
  expect(invalid).toMatchObject({ code: 2, stdout: '', stderr: expect.not.stringContaining('word') })
})

it('user and password in the URL are sent, and shown nowhere', async () => {
  // A token beside them is refused.
  const env = { http_proxy: proxyUrl, EPR_TOKEN: '' }
  const url = 'http://us:s3cr%40t@epr.test'
  expect(await runCli(['status'], { url, env })).toMatchObject({ code: 0 })
  expect(asked.at(-1)?.authorization).toBe(`Basic ${btoa('us:s3cr@t')}`)
  for (const args of [
    ['event', 'search', '--dry-run'],
    ['event', 'get', 'x', '--debug'],
    ['status', '--token', 't'],
  ]) {
    const { stdout, stderr } = await runCli(args, { url, env })
    expect(stdout + stderr).not.toMatch(/s3cr/)
  }
})

it('names what cannot be read of SSL_CERT_FILE, and needs it for https only', async () => {
  const env = { SSL_CERT_FILE: '/nonexistent/ca.pem' }
  expect(await runCli(['status'], { url: server.url, env })).toMatchObject({ code: 0 })
  const tls = await runCli(['status'], { url: 'https://localhost:9', env })
  expect(tls).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^epr-cli: SSL_CERT_FILE: .*ca\.pem.*\n$/),
  })
})

it('https to what speaks http says so', async () => {
  const { code, stderr } = await runCli(['status'], { url: server.url.replace('http:', 'https:') })
  expect([code, stderr]).toEqual([
    5,
    expect.stringMatching(/^epr-cli: .*does not speak TLS; is it http:\/\/\?\n$/),
  ])
})

it.each([
  ['epr-cli', 'packages/cli/bin/epr-cli.mjs', 'sbom record --help'],
  ['epr-server', 'packages/server/bin/epr-server.mjs', '--help'],
  ['epr-mcp', 'packages/mcp/bin/epr-mcp.mjs', '--help'],
])('%s is silent when the reader of its help goes', async (_, bin, args) => {
  // `true` reads nothing: the pipe is broken before the first line.
  const line = `(sleep 0.5; ${process.execPath} ${fileOf(bin)} ${args}) | true`
  expect(await promisify(execFile)('bash', ['-c', line])).toEqual({ stdout: '', stderr: '' })
})

it('says that a help could not be written', async () => {
  const { code, stderr } = await runShell('epr-cli --help > /dev/full')
  expect([code, stderr]).toEqual([1, 'epr-cli: cannot write the output: ENOSPC\n'])
})

it('watch ends with the npm that has started it', async () => {
  const file = join(server.directory, 'npm-cli.js')
  const watch = [fileOf('packages/cli/bin/epr-cli.mjs'), 'watch', '-o', 'ndjson', '--url', server.url]
  // What npm does: it starts the program and waits. It says the program's id, and is killed then.
  await writeFile(
    file,
    `import('node:child_process').then(({ spawn }) => {
  const child = spawn(process.execPath, ${JSON.stringify(watch)}, { stdio: ['ignore', 'inherit', 'inherit'] })
  console.log(child.pid)
})`,
  )
  const npm = spawn(process.execPath, [file], { env: { ...process.env, npm_execpath: file } })
  let output = ''
  npm.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  // It has seen who its parent is once it shows messages.
  const api = createApi(server.url)
  await waitFor('a message', async () => {
    await api.create('/receivers', buildReceiver())
    return output.includes('"cursor"')
  })
  const pid = Number.parseInt(output, 10)
  npm.kill('SIGKILL')
  await waitFor('its end', () => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  })
})
