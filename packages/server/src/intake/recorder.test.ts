import { toJsonText } from '@epr/model'
import { expect, it, vi } from 'vitest'
import type { Connection } from '../storage/database.js'
import type { EventUnit } from '../storage/events.js'
import { createRecorder } from './recorder.js'

const buildUnit = (): EventUnit => ({
  events: [
    {
      id: '01JDJ000000000000000000000',
      name: 'checkout',
      version: '1.0.0',
      release: '2026.11',
      platform_id: 'linux-x64',
      package: 'oci',
      description: 'built',
      payload: toJsonText('{}'),
      success: true,
      event_receiver_id: '01JDJ000000000000000000001',
      created_at: '2026-11-25T12:00:00.000Z',
      type: 'built',
    },
  ],
})

/** A recorder over a database that commits when it is told to, and the sizes of the flushes that this was given. */
function setUp() {
  const sizes: number[] = []
  let commit: () => void = () => undefined
  const database: Connection = {
    query: (_statement, [events] = []) =>
      new Promise((resolve) => {
        sizes.push((JSON.parse(String(events)) as unknown[]).length)
        commit = () => resolve([])
      }),
  }
  const { record } = createRecorder({
    database,
    background: database,
    eventCount: 0,
    maxQueuedChars: 1_000_000,
    onFlush: () => undefined,
    onError: (error) => {
      throw error
    },
  })
  /** Clients that record one event after another for ever. */
  const addClients = (count: number) => {
    const keepRecording = async (): Promise<void> => {
      while (true) await record(buildUnit())
    }
    // What the database never answers is refused some time after the test.
    for (let client = 0; client < count; client++) keepRecording().catch(() => undefined)
  }
  const waitForFlush = (count: number) => vi.waitFor(() => expect(sizes).toHaveLength(count), { interval: 1 })
  return { record, addClients, waitForFlush, sizes, commit: () => commit() }
}

it('an event that comes alone is written at once', async () => {
  const { record, waitForFlush, sizes, commit } = setUp()
  const recorded = record(buildUnit())
  await waitForFlush(1)
  commit()
  await recorded
  expect(sizes).toEqual([1])
})

it('flushes become of one size, so that neither the database nor the clients wait for a large one', async () => {
  const { addClients, waitForFlush, sizes, commit } = setUp()
  addClients(8)
  await waitForFlush(1)
  addClients(56)
  for (let count = 2; count <= 12; count++) {
    commit()
    await waitForFlush(count)
  }
  expect(sizes.slice(-6)).toEqual([32, 32, 32, 32, 32, 32])
})
