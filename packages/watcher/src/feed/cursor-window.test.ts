import { expect, it } from 'vitest'
import { createCursorWindow } from './cursor-window.js'

it('moves only past what is done without a gap', () => {
  const window = createCursorWindow()
  const [first, second, third] = ['1', '2', '3'].map((cursor) => window.add(cursor))
  third?.()
  second?.()
  expect([window.done, window.size]).toEqual([undefined, 3])
  first?.()
  expect([window.done, window.size]).toEqual(['3', 0])
})

it('waits for room, or for the end', async () => {
  const window = createCursorWindow()
  const end = new AbortController()
  const settle = window.add('1')
  const waiting = window.belowOrAborted(1, end.signal)
  settle()
  await waiting
  window.add('2')
  const aborted = window.belowOrAborted(1, end.signal)
  end.abort()
  await aborted
  expect(window.size).toBe(1)
})
