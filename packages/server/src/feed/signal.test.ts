import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createSignal } from './signal.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const LONG_MS = 60_000

it('wakes who waits, and who has seen an older version does not wait', async () => {
  const signal = createSignal()
  const waiting = signal.changedSince(signal.version, undefined, LONG_MS)
  signal.raise()
  await waiting
  await signal.changedSince(0, undefined, LONG_MS)
})

it('ends when it is aborted', async () => {
  const signal = createSignal()
  const abort = new AbortController()
  const waiting = signal.changedSince(0, abort.signal, LONG_MS)
  abort.abort()
  await waiting
  await signal.changedSince(0, abort.signal, LONG_MS)
})

it('ends when the time is over, whatever was collected as garbage meanwhile', async () => {
  const abort = new AbortController()
  const waiting = createSignal().changedSince(0, abort.signal, 100)
  collectGarbage()
  await new Promise(setImmediate)
  collectGarbage()
  await waiting
  expect(abort.signal.aborted).toBe(false)
})
