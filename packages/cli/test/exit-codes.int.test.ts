import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NVRPP_FLAGS, runCli } from './harness.js'

const UNKNOWN_ID = '01HKX0J9KS8AASMRYX61458N41'

let server: TestServer
let stub: Server
let stubUrl: string

/** A stream whose reader was overtaken by the removal of old messages. */
function sayGone(response: ServerResponse): void {
  const error = { code: 'GONE', message: 'gone', details: ['gone'], request_id: 'r' }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'epr-features': 'feed' })
  response.end(`retry: 1\n\nevent: error\ndata: ${JSON.stringify({ errors: ['gone'], error })}\n\n`)
}

/** Answers what the first part of the path says: `/401`, or never. */
beforeAll(async () => {
  stub = createServer((request, response) => {
    if (request.url?.startsWith('/gone/')) return sayGone(response)
    const status = Number(/^\/(\d+)/.exec(request.url ?? '')?.[1])
    if (status) response.writeHead(status, { 'epr-features': '' }).end('{"errors":["no"]}')
  })
  stub.listen(0, '127.0.0.1')
  await once(stub, 'listening')
  stubUrl = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
  server = await startTestServer()
})
afterAll(async () => {
  stub.closeAllConnections()
  stub.close()
  await server.close()
})

const CREATE = ['event', 'create', ...NVRPP_FLAGS, '--description', 'd', '--event-receiver-id']

it.each<[number, string, string[]]>([
  [0, 'the version', ['--version']],
  [0, 'the version, as others call it', ['version']],
  [0, 'the version, as others abbreviate it', ['-v']],
  [0, 'a help text', ['event', 'create', '--help']],
  [0, 'a status', ['status']],
  [2, 'no command', []],
  [2, 'half a command', ['event']],
  [2, 'an unknown command', ['evnt']],
  [2, 'an unknown flag', ['status', '--nonsense']],
  [2, 'a missing flag', ['event', 'create']],
  [2, 'a blank value', [...CREATE, UNKNOWN_ID, '--payload', '1', '--name', ' ']],
  [2, 'a blank filter', ['event', 'search', '--name', '']],
  [2, 'a flag that is neither true nor false', [...CREATE, UNKNOWN_ID, '--payload', '1', '--success=maybe']],
  [2, 'an unknown field', ['event', 'search', '--fields', 'id,nonsense']],
  [2, 'a file that is not there', [...CREATE, UNKNOWN_ID, '--payload', '@/nonexistent']],
  [2, 'too many arguments', ['status', 'again']],
  [2, 'a URL that is none', ['status', '--url', 'nonsense']],
  [2, 'a token that is none', ['status', '--token', 'a b']],
  [3, 'an unknown receiver', [...CREATE, UNKNOWN_ID, '--payload', '1']],
  [3, 'an unknown id', ['event', 'get', '--id', UNKNOWN_ID]],
  [3, 'an unknown group', ['group', 'modify', '--id', UNKNOWN_ID, '--enable']],
  [3, 'the status of an unknown group', ['group', 'status', '--id', UNKNOWN_ID, ...NVRPP_FLAGS]],
  [5, 'a server that is away', ['status', '--url', 'http://127.0.0.1:9']],
])('exits with %i after %s', async (code, _, args) => {
  const result = await runCli(args, { url: server.url })
  expect([result.code, result.stderr]).toEqual([code, expect.any(String)])
  if (code === 0) return expect(result.stderr).toBe('')
  expect(result.stdout).toBe('')
  // Without a subcommand it shows its help; all else is one line.
  if (args.length > 1) expect(result.stderr).toMatch(/^epr-cli: [^\n]+\n$/)
})

it.each([
  [1, 500],
  [4, 401],
  [4, 403],
  [5, 429],
  [5, 503],
])('exits with %i when the server answers %i', async (code, status) => {
  const args = ['receiver', 'get', UNKNOWN_ID, '--url', `${stubUrl}/${status}`, '--timeout', '2s']
  const result = await runCli([...args, '--token', 'hidden-token'])
  expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^epr-cli: [^\n]+\n$/) })
  expect(result.stderr).not.toContain('hidden-token')
})

it('watch ends where messages were removed unread, and does not come back to skip them', async () => {
  const result = await runCli(['watch', '--after', '1', '--url', `${stubUrl}/gone`])
  expect(result).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^epr-cli: gone[^\n]*--after/),
  })
})

it('exits with 5 when there is no answer in time, and shows where only with --debug', async () => {
  const args = ['status', '--url', stubUrl, '--timeout', '300ms']
  const result = await runCli(args)
  expect(result).toMatchObject({ code: 5, stderr: expect.stringMatching(/^epr-cli: [^\n]+--timeout\n$/) })
  expect((await runCli([...args, '--debug'])).stderr).toContain('    at ')
})

it('exits with 12 when a wait is over before any answer, and names the flag', async () => {
  const args = ['group', 'status', '--id', UNKNOWN_ID, ...NVRPP_FLAGS, '--url', stubUrl, '--wait', '300ms']
  const result = await runCli(args)
  expect(result).toMatchObject({
    code: 12,
    stdout: '',
    stderr: expect.stringMatching(/^epr-cli: [^\n]+--wait\n$/),
  })
})

it('says where JSON and YAML break, and what was meant', async () => {
  const { stderr } = await runCli([...CREATE, UNKNOWN_ID, '--payload', '{"a": 1,\n "b": ]}'])
  expect(stderr).toMatch(/line 2, column \d+/)
  expect((await runCli(['evnt', 'create'])).stderr).toContain('Did you mean event?')
  expect((await runCli(['event', 'create', '--nmae', 'x'])).stderr).toContain('Did you mean --name?')
  expect((await runCli(['event', 'create', '--help'])).stdout).toMatch(
    /Examples:\n {2}\$ epr-cli event create/,
  )
})

it('exits with 1 when a payload breaks the schema', async () => {
  const flags = '--name strict --version 1 --type t --description d --schema false --no-indent'.split(' ')
  const { stdout } = await runCli(['receiver', 'create', ...flags], { url: server.url })
  const { data } = JSON.parse(stdout)
  expect(await runCli([...CREATE, data, '--payload', '1'], { url: server.url })).toMatchObject({ code: 1 })
})

it('tells its version about as fast as node starts', async () => {
  const { execFile } = await import('node:child_process')
  const { promisify } = await import('node:util')
  const time = async (run: () => Promise<unknown>) => {
    const start = performance.now()
    await run()
    return performance.now() - start
  }
  let bare = Number.POSITIVE_INFINITY
  let version = Number.POSITIVE_INFINITY
  // In turn, so that both have the same neighbours.
  for (let count = 0; count < 8; count++) {
    bare = Math.min(bare, await time(() => promisify(execFile)(process.execPath, ['-e', '0'])))
    version = Math.min(version, await time(() => runCli(['--version'])))
  }
  // Measured: 1.0 to 1.1 times; the rest is for a busy machine.
  expect(version).toBeLessThan(bare * 2)
})
