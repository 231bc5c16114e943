import { expect, it } from 'vitest'
import { createKeyedQueue } from './keyed-queue.js'

it('does one thing after another for one key, and for different ones side by side', async () => {
  const queue = createKeyedQueue()
  const told: string[] = []
  let free: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    free = resolve
  })
  const first = queue.run('a', async () => {
    await held
    told.push('a1')
  })
  const second = queue.run('a', async () => told.push('a2'))
  await queue.run('b', async () => told.push('b'))
  expect(told).toEqual(['b'])
  free()
  await Promise.all([first, second])
  expect(told).toEqual(['b', 'a1', 'a2'])
})
