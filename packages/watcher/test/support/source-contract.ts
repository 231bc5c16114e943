import { waitFor } from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageSource } from '../../src/message-source.js'
import { createWatcher, type Watcher } from '../../src/watcher.js'
import { testLog } from './kafka-world.js'

/** A place for messages of a test's own. */
export interface SourceWorld {
  /** Another member, or the same one after a restart. */
  createSource(): MessageSource
  /** Tells messages of type `foo.bar`, in order. */
  tell(names: readonly string[]): Promise<void>
  /** The errors of all dead letters. */
  readDeadLetters(): Promise<string[]>
  close(): Promise<void>
}

/** What holds for every source. */
export function describeSourceContract(name: string, createWorld: () => Promise<SourceWorld>): void {
  describe(`the source on ${name}`, () => {
    let world: SourceWorld
    const watchers: Watcher[] = []
    beforeEach(async () => {
      world = await createWorld()
    })
    afterEach(async () => {
      await Promise.all(watchers.splice(0).map((watcher) => watcher.stop()))
      await world.close()
    })

    function watch(handle: (name: string, id: string, signal: AbortSignal) => unknown): Watcher {
      const watcher = createWatcher({
        source: world.createSource(),
        match: ({ type }) => type === 'foo.bar',
        handle: (message, { id, signal }) => handle(message.name, id, signal),
        retry: { attempts: 2, initialDelayMs: 1, maxDelayMs: 1 },
        stopGraceMs: 100,
        log: testLog,
      })
      watchers.push(watcher)
      void watcher.run()
      return watcher
    }

    it('gives every message once, those that were there and those that come, in the order of their artifact', async () => {
      const seen: string[] = []
      await world.tell(['a', 'b', 'a'])
      const watcher = watch((name, id) => seen.push(`${name} ${id}`))
      await waitFor('those that were there', () => seen.length === 3)
      await world.tell(['a', 'c'])
      await waitFor('those that came', () => watcher.metrics().processed === 5)
      expect(new Set(seen).size).toBe(5)
      expect(seen.filter((one) => one.startsWith('a '))).toHaveLength(3)
      expect(watcher.metrics()).toMatchObject({ ready: true, processed: 5, failed: 0, restarts: 0 })
    })

    it('goes on after a restart, and what was not done comes again under its id', async () => {
      await world.tell(['a', 'b', 'c'])
      const first: [string, string][] = []
      const hold = watch((name, id, signal) => {
        first.push([name, id])
        if (name !== 'b') return undefined
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
      await waitFor('all but one', () => hold.metrics().processed === 2)
      await hold.stop()
      await world.tell(['d'])
      const second: [string, string][] = []
      watch((name, id) => second.push([name, id]))
      await waitFor('the rest', () => second.some(([name]) => name === 'd'))
      const idOf = (told: [string, string][]) => told.find(([name]) => name === 'b')?.[1]
      await waitFor('the one', () => idOf(second) !== undefined)
      expect(idOf(second)).toBe(idOf(first))
      expect(second.map(([name]) => name)).not.toContain('a')
    })

    it('a message whose handler fails for good is put aside, and does not come again', async () => {
      await world.tell(['bad', 'good'])
      const watcher = watch((name) => {
        if (name === 'bad') throw new RangeError('out of range')
      })
      await waitFor('both', () => watcher.metrics().deadLettered + watcher.metrics().processed === 2)
      await watcher.stop()
      expect(await world.readDeadLetters()).toEqual(['RangeError: out of range'])
      await world.tell(['next'])
      const seen: string[] = []
      watch((name) => seen.push(name))
      await waitFor('the next', () => seen.includes('next'))
      expect(seen).toEqual(['next'])
    })
  })
}
