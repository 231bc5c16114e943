import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NVRPP_FLAGS, runCli } from './harness.js'

/** In every secret that is given, and in nothing that is printed. */
const MARKER = 'm4rk3r'

let directory: string
let refusing: Server
let url: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'epr-cli-secrets-'))
  refusing = createServer((request, response) => {
    const status = Number(/^\/(\d+)/.exec(request.url ?? '')?.[1] ?? 401)
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"errors":["no"]}')
  }).listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
})
afterAll(() => {
  refusing.closeAllConnections()
  refusing.close()
  rmSync(directory, { recursive: true })
})

function config(text: string): string {
  const file = join(directory, 'epr.yaml')
  writeFileSync(file, text)
  return file
}

const AWAY = 'http://127.0.0.1:9'
const secretUrl = (scheme: string, host: string) => `${scheme}://u:${MARKER}@${host}`

it.each<[string, () => { args: string[]; env?: Record<string, string> }]>([
  ['a token at a server that is away', () => ({ args: ['status', '--url', AWAY, '--token', MARKER] })],
  ['a token that is refused', () => ({ args: ['status', '--url', url], env: { EPR_TOKEN: MARKER } })],
  [
    'a token that is none',
    () => ({ args: ['status', '--url', url], env: { EPR_TOKEN: `${MARKER} \u00e9` } }),
  ],
  ['a flag that is misspelt', () => ({ args: ['status', `--tokn=${MARKER}`] })],
  ['a flag of another command', () => ({ args: ['status', `--password=${MARKER}`] })],
  ['a login in the URL', () => ({ args: ['status', '--url', secretUrl('http', '127.0.0.1:9')] })],
  ['a login in a URL that is none', () => ({ args: ['status', '--url', `http://u:${MARKER}@h:port`] })],
  ['a login in a URL of another scheme', () => ({ args: ['status', '--url', secretUrl('ftp', 'h')] })],
  ['a URL without its scheme', () => ({ args: ['status', '--url', `u:${MARKER}@h`] })],
  [
    'a login at a proxy that is away',
    () => ({
      args: ['status', '--url', 'http://epr.test'],
      env: { http_proxy: secretUrl('http', '127.0.0.1:9') },
    }),
  ],
  [
    'a proxy that is none',
    () => ({
      args: ['status', '--url', 'http://epr.test'],
      env: { http_proxy: `http://u:${MARKER}@h:port` },
    }),
  ],
  ['a broken file', () => ({ args: ['status', '--config', config(`token: ${MARKER}: [\n`)] })],
  ['an alias in a file', () => ({ args: ['status', '--config', config(`token: *${MARKER}\n`)] })],
  ['a tag in a file', () => ({ args: ['status', '--config', config(`token: !${MARKER} x\n`)] })],
  ['a key that nobody knows', () => ({ args: ['status', '--config', config(`tokn: ${MARKER}\n`)] })],
  [
    'an event that could not be recorded',
    () => ({
      args: [
        'event',
        'create',
        ...NVRPP_FLAGS,
        '--description',
        'd',
        '--payload',
        '1',
        '--retry',
        '1s',
      ].concat('--event-receiver-id', '01HKX0J9KS8AASMRYX61458N41', '--url', AWAY),
      env: { EPR_TOKEN: MARKER },
    }),
  ],
  [
    'brokers that are away',
    () => ({
      args: ['dead-letter', 'list', '--brokers', '127.0.0.1:9', '--topic', 't'],
      env: { SASL_USERNAME: 'u', SASL_PASSWORD: MARKER, SASL_MECHANISM: 'PLAIN' },
    }),
  ],
])('%s shows no secret, with --debug neither', async (_, given) => {
  const { args, env } = given()
  const plain = await runCli(args, { env: env ?? {} })
  const debug = await runCli([...args, '--debug'], { env: env ?? {} })
  for (const { code, stdout, stderr } of [plain, debug]) {
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^epr-cli: /m)
    expect(stdout + stderr).not.toContain(MARKER)
  }
})

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))

it.each<[string, string, Record<string, string>]>([
  ['packages/mcp/bin/epr-mcp.mjs', 'a login in a URL that is none', { EPR_URL: `http://u:${MARKER}@h:port` }],
  ['packages/mcp/bin/epr-mcp.mjs', 'a URL without its scheme', { EPR_URL: `u:${MARKER}@h` }],
  [
    'examples/watchers/print/main.mjs',
    'a login in a URL that is none',
    { EPR_URL: `http://u:${MARKER}@h:port` },
  ],
  [
    'examples/watchers/webhook/main.mjs',
    'a secret that is none',
    { WEBHOOK_URL: AWAY, WEBHOOK_SECRET: `whsec_${MARKER}!` },
  ],
])('%s shows no secret: %s', async (program, _, env) => {
  const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', HOME: directory, ...env }, timeout: 10_000 }
    execFile(process.execPath, [path(program)], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    )
  })
  expect(code).not.toBe(0)
  expect(output).not.toBe('')
  expect(output).not.toContain(MARKER)
})
