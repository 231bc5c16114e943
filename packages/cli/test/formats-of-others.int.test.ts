import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildCloudEvent } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, runCli, startTestServer, type TestServer } from './harness.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const cli = (args: readonly string[], input?: string) =>
  runCli(args, { url: server.url, ...(input !== undefined && { input }) })
const get = async (id: string) => JSON.parse((await cli(['event', 'get', id])).stdout)

describe('a CloudEvent', () => {
  const createReceiver = async (name: string) =>
    idOf(await cli(['receiver', 'create', '--name', name, ...RECEIVER_FLAGS]))
  const create = (value: string, ...more: string[]) =>
    cli(['event', 'create', '--cloudevent', value, ...more])
  const RECEIVER_FLAGS = ['--version', '1', '--type', 'epr.foo.cli', '--description', 'd']

  it('is recorded as it stands, from a file or stdin, once for its source and id', async () => {
    const older = await createReceiver('older')
    const newer = await createReceiver('newer')
    const exact = '"data":{"2":12345678901234567890,"1":-0}'
    const text = JSON.stringify(buildCloudEvent({ data: 0 })).replace('"data":0', exact)
    const file = join(server.directory, 'cloudevent.json')
    await writeFile(file, text)
    const id = idOf(await create(`@${file}`))
    expect(idOf(await cli(['event', 'create', '--cloudevent', '@-'], text))).toBe(id)
    expect((await cli(['event', 'get', id, '--no-indent'])).stdout).toContain(`"payload":${text}`)
    expect((await get(id)).event_receiver_id).toBe(newer)
    const named = idOf(await create(`@${file}`, '--event-receiver-id', older))
    expect((await get(named)).event_receiver_id).toBe(older)
    expect((await create(`@${file}`, '--dry-run', '--no-indent')).stdout).toBe(`${text}\n`)
  })

  it('says itself what it is about', async () => {
    const text = JSON.stringify(buildCloudEvent())
    expect(await create(text, '--name', 'x', '--success')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--name, --success'),
    })
    expect(await create('[]')).toMatchObject({ code: 2, stderr: expect.stringContaining('--cloudevent') })
    expect(await create(JSON.stringify(buildCloudEvent({ id: '' })))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('id is missing'),
    })
  })
})
