import { toJsonText } from '@epr/model'
import { expect, test, vi } from 'vitest'
import type { Database } from '../storage/database.js'
import type { EventUnit, ToldEvent } from '../storage/events.js'
import { createRecorder } from './recorder.js'

const buildUnit = (): EventUnit => ({
  events: [{ id: 'an event', payload: toJsonText('{}'), success: true } as ToldEvent],
})

/** A recorder over a database that commits when it is told to, and the sizes of the flushes that this was given. */
function setUp() {
  const sizes: number[] = []
  let commit: () => void = () => undefined
  const database = {
    query: (_statement: unknown, [ids]: [string[]]) =>
      new Promise((resolve) => {
        sizes.push(ids.length)
        commit = () => resolve([{ completions: 0 }])
      }),
  } as unknown as Database
  const { record } = createRecorder({
    database,
    eventCount: 0,
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
    for (let client = 0; client < count; client++) void keepRecording()
  }
  const waitForFlush = (count: number) => vi.waitFor(() => expect(sizes).toHaveLength(count), { interval: 1 })
  return { record, addClients, waitForFlush, sizes, commit: () => commit() }
}

test('an event that comes alone is written at once', async () => {
  const { record, waitForFlush, sizes, commit } = setUp()
  const recorded = record(buildUnit())
  await waitForFlush(1)
  commit()
  await recorded
  expect(sizes).toEqual([1])
})

test('flushes become of one size, so that neither the database nor the clients wait for a large one', async () => {
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
