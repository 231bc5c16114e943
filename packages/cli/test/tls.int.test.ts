import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from './harness.js'

const openssl = (...args: string[]) => promisify(execFile)('openssl', args)

let directory: string
/** An authority of our own, that has signed the server's certificate. */
let authority: string
let server: TestServer
let proxy: Server
/** What the proxy was asked for a tunnel to, and who asked. */
const tunnels: { to: string | undefined; login: string | undefined }[] = []

/** A certificate of an authority that nobody else knows, for two names. */
async function makeCertificates(): Promise<{ certificate: string; key: string }> {
  const file = (name: string) => join(directory, name)
  const of = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`)]
  const names = 'subjectAltName=DNS:localhost,DNS:epr.test'
  const made = ['-x509', '-days', '1', '-out', file('ca.pem'), '-subj', '/CN=an authority of ours']
  await openssl('req', ...of('ca'), ...made)
  const byAuthority = [
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-addext',
    'basicConstraints=CA:FALSE',
  ]
  const signed = ['-x509', '-days', '1', '-out', file('server.pem'), '-subj', '/CN=localhost']
  await openssl('req', ...of('server'), ...signed, ...byAuthority, '-addext', names)
  return { certificate: file('server.pem'), key: file('server.key') }
}

/** A proxy that alone knows where epr.test is, and only makes tunnels. */
async function startProxy(port: number): Promise<Server> {
  const started = createServer((_, answer) => void answer.writeHead(405).end())
  started.on('connect', ({ url, headers }, socket) => {
    tunnels.push({ to: url, login: headers['proxy-authorization'] })
    const there = connect(port, 'localhost', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.pipe(socket).pipe(there)
    })
    there.on('error', () => socket.destroy())
    socket.on('error', () => there.destroy())
  })
  started.listen(0, '127.0.0.1')
  await once(started, 'listening')
  return started
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-tls-'))
  authority = join(directory, 'ca.pem')
  const { certificate, key } = await makeCertificates()
  const names = ['--auth', 'off', '--allowed-hosts', 'localhost,epr.test']
  server = await startTestServer({ args: ['--tls-cert', certificate, '--tls-key', key, ...names] })
  proxy = await startProxy(Number(new URL(server.url).port))
})
afterAll(async () => {
  proxy?.close()
  await server?.close()
  await rm(directory, { recursive: true, force: true })
})

it('a certificate of an authority of our own is trusted by SSL_CERT_FILE, and by nothing less', async () => {
  const trusted = await runCli(['status'], { url: server.url, env: { SSL_CERT_FILE: authority } })
  expect(trusted).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(trusted.stdout)).toMatchObject({ database: 'up' })
  const stranger = await runCli(['status'], { url: server.url })
  expect(stranger).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringMatching(/certificate|SELF_SIGNED|UNABLE/i),
  })
})

it('https goes through a tunnel of the proxy, with the certificate of the server at its end', async () => {
  const { port } = proxy.address() as AddressInfo
  const env = { https_proxy: `http://us:er@127.0.0.1:${port}`, SSL_CERT_FILE: authority }
  const url = `https://epr.test:${new URL(server.url).port}`
  const args = [
    'receiver',
    'create',
    '--name',
    'r',
    '--type',
    't',
    '--version',
    '1',
    '--description',
    'd',
    '-q',
  ]
  const created = await runCli(args, { url, env })
  expect(created).toMatchObject({ code: 0, stderr: '' })
  const found = await runCli(['receiver', 'get', created.stdout.trim()], { url: server.url, env })
  expect(JSON.parse(found.stdout)).toMatchObject({ name: 'r' })
  // The second call was to localhost, which is never asked of a proxy.
  expect(new Set(tunnels.map(({ to }) => to))).toEqual(new Set([new URL(url).host]))
  expect(tunnels[0]?.login).toBe('Basic dXM6ZXI=')
  const untrusted = await runCli(['status'], { url, env: { https_proxy: env.https_proxy } })
  expect(untrusted).toMatchObject({ code: 5, stdout: '' })
})
