import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { caller, startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '../src/index.js'
import { tokenFile } from '../src/node/token-file.js'

let server: TestServer
let directory: string
beforeAll(async () => {
  server = await startTestServer()
  directory = mkdtempSync(join(tmpdir(), 'epr-token-'))
})
afterAll(async () => {
  rmSync(directory, { recursive: true })
  await server.close()
})

const keyOf = ({ json }: { json: unknown }): string => (json as { data: { key: string } }).data.key

it('goes on when its key is replaced and the old one revoked', async () => {
  const file = join(directory, 'key')
  const open = createClient({ url: server.url, token: caller.key })
  writeFileSync(file, keyOf(await open.rest('POST', '/keys', { name: 'root', admin: true })))
  const client = createClient({ url: server.url, token: tokenFile(file) })
  const id = async () => ((await client.rest('GET', '/auth/whoami')).json as { data: { id: string } }).data.id
  expect(await id()).toBe('key:root')

  const other = keyOf(await client.rest('POST', '/keys', { name: 'other', admin: true }))
  writeFileSync(file, `${other}\n`)
  await createClient({ url: server.url, token: other }).rest('DELETE', '/keys?name=root')
  expect(await id()).toBe('key:other')
})
