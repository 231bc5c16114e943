import { waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import { createSignal } from '../feed/signal.js'
import type { Session } from '../storage/session.js'
import { createSequencer } from './sequencer.js'

/** Runs a sequencer over a session that sequences as many commits in each step as `steps` says, then none. */
function sequence(steps: number[]) {
  const written = createSignal()
  const stopping = new AbortController()
  let asked = 0
  let sequenced = 0
  let isOpen = true
  const session: Session = {
    query: async <Row>() => {
      asked++
      return [{ numbered: steps.shift() ?? 0 }] as Row[]
    },
    ended: new Promise(() => undefined),
    get isOpen() {
      return isOpen
    },
    end: async () => undefined,
  }
  const task = createSequencer({ written, onSequenced: () => void sequenced++ })
  const running = task(stopping.signal, { session, token: '1' })
  return {
    written,
    asked: () => asked,
    sequenced: () => sequenced,
    lose: () => {
      isOpen = false
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

it('goes on while steps are full, and says of each that had something', async () => {
  const world = sequence([200, 200, 3])
  await waitFor('the backlog', () => world.sequenced() === 3)
  expect(world.asked()).toBe(3)
  await world.stop()
})

it('looks again as soon as something was written', async () => {
  const steps = [1]
  const world = sequence(steps)
  await waitFor('the first', () => world.sequenced() === 1)
  steps.push(1)
  world.written.raise()
  await waitFor('the second', () => world.sequenced() === 2)
  await world.stop()
})

it('sequences once more when it is stopped, and not over a session that is gone', async () => {
  const steps: number[] = []
  const world = sequence(steps)
  await waitFor('the first look', () => world.asked() === 1)
  steps.push(5)
  await world.stop()
  expect(world.sequenced()).toBe(1)

  const lost = sequence([])
  await waitFor('the first look', () => lost.asked() === 1)
  lost.lose()
  const asked = lost.asked()
  await lost.stop()
  expect(lost.asked()).toBe(asked)
})
