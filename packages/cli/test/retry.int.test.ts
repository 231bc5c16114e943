import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NVRPP_FLAGS, startCli } from './harness.js'

const ID = '01HKX0J9KS8AASMRYX61458N41'
const FEATURES = { 'content-type': 'application/json', 'epr-features': 'idempotency-key' }

let directory: string
let server: Server | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-retry-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(directory, { recursive: true, force: true })
})

interface Recorded {
  key: string | undefined
  body: string
}

/** A server that loses its first answer: whether that event was recorded, its client cannot know. */
async function startServer(port: number, recorded: Recorded[]): Promise<number> {
  const answer = async (request: IncomingMessage, isLost: () => boolean) => {
    if (request.method !== 'POST') return false
    recorded.push({ key: request.headers['idempotency-key']?.toString(), body: await text(request) })
    return isLost()
  }
  server = createServer(async (request, response) => {
    if (await answer(request, () => recorded.length === 1)) request.socket.destroy()
    else response.writeHead(200, FEATURES).end(JSON.stringify({ data: ID }))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const port = await startServer(0, [])
  server?.close()
  return port
}

it.each([
  ['event create', ['event', 'create', ...NVRPP_FLAGS, '--description', 'd', '--event-receiver-id', ID]],
  ['sbom record', ['sbom', 'record', 'FILE', ...NVRPP_FLAGS, '--event-receiver-id', ID]],
])('%s waits for a server that is away, and sends the same again when an answer is lost', async (_, args) => {
  const file = join(directory, 'bom.json')
  await writeFile(file, '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}')
  const port = await freePort()
  const typed = args.map((arg) => (arg === 'FILE' ? file : arg))
  const cli = startCli([...typed, '-q', '--retry', '60s', '--url', `http://127.0.0.1:${port}`])
  let stdout = ''
  let stderr = ''
  cli.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  cli.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  await waitFor('the notice', () => stderr.includes('trying again'))
  const recorded: Recorded[] = []
  await startServer(port, recorded)
  const [code] = await once(cli, 'close')
  expect([code, stdout]).toEqual([0, `${ID}\n`])
  expect(stderr).toMatch(/^epr-cli: no answer .*ECONNREFUSED; trying again for 60 s \(--retry\)\n$/)
  const [first, second] = recorded
  expect(recorded).toHaveLength(2)
  expect(second).toEqual(first)
  expect(first?.key).toMatch(/\S/)
})
