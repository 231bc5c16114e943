import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runServer, startServer, waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-secrets-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** In every secret that is given, and in nothing that is printed. */
const MARKER = 'm4rk3r'
const URL = `postgres://epr:%2F${MARKER}%40@127.0.0.1:1/epr`

function writeConfig(text: string): string {
  const file = join(directory, 'epr.yaml')
  writeFileSync(file, text)
  return file
}

it.each<[string, () => { args?: string[]; env?: Record<string, string> }]>([
  ['a database that is away', () => ({ args: ['--db', URL] })],
  ['a database that is away, from the environment', () => ({ env: { EPR_DB: URL } })],
  ['a database in no form that is known', () => ({ env: { EPR_DB: `host=db password=${MARKER}` } })],
  ['a flag that is misspelt', () => ({ args: [`--dv=${URL}`] })],
  ['a value without its flag', () => ({ args: [URL] })],
  ['a source to import that is away', () => ({ args: ['import', URL, '--db', join(directory, 'data')] })],
  ['a source that is none', () => ({ args: ['import', `mysql://u:${MARKER}@h/d`] })],
  ['a database in a file', () => ({ args: ['--config', writeConfig(`db: ${URL}\n`)] })],
  ['an alias in a file', () => ({ args: ['--config', writeConfig(`db: *${MARKER}\n`)] })],
  ['a broken file', () => ({ args: ['--config', writeConfig(`db: ${URL}: [\n`)] })],
  [
    'half of the credentials of the brokers',
    () => ({ args: ['--brokers', 'h'], env: { SASL_PASSWORD: MARKER } }),
  ],
  [
    'a mechanism that is none',
    () => ({
      args: ['--brokers', 'h'],
      env: { SASL_USERNAME: 'u', SASL_PASSWORD: MARKER, SASL_MECHANISM: 'GSSAPI' },
    }),
  ],
])('%s shows no secret, with --debug neither', async (_, given) => {
  const { args = [], env = {} } = given()
  for (const debug of [[], ['--debug']]) {
    const { code, stdout, stderr } = await runServer({ args: [...args, ...debug], env })
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^(epr-server|error): /m)
    expect(stdout + stderr).not.toContain(MARKER)
  }
})

it('a running server shows no secret of its settings or its clients', async () => {
  const server = await startServer({
    args: ['--db', join(directory, 'data'), '--debug', '--brokers', '127.0.0.1:1'],
    env: { SASL_USERNAME: 'u', SASL_PASSWORD: MARKER, SASL_MECHANISM: 'PLAIN' },
  })
  try {
    const headers = {
      authorization: `Bearer ${MARKER}`,
      cookie: `s=${MARKER}`,
      'proxy-authorization': MARKER,
    }
    await fetch(`${server.url}/api/v1/events?access_token=${MARKER}`, { headers })
    await fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body: `{"password":"${MARKER}` })
    await waitFor('the answers in the log', () => server.output().stderr.includes('/api/v1/events'))
    await waitFor('the brokers in the log', () => /broker|kafka/i.test(server.output().stderr))
  } finally {
    await server.stop()
  }
  expect(server.output().stdout + server.output().stderr).not.toContain(MARKER)
})
