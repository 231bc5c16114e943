import { expect, it } from 'vitest'
import { createLanes, createPool } from './keyed-queue.js'

const tick = () => new Promise((resolve) => setImmediate(resolve))

it('a lane does one thing after another, lanes go side by side', async () => {
  const lanes = createLanes()
  const told: string[] = []
  let free: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    free = resolve
  })
  const first = lanes.enter('a', async () => {
    await held
    told.push('a1')
  })
  const second = lanes.enter('a', async () => told.push('a2'))
  await lanes.enter('b', async () => told.push('b'))
  expect(told).toEqual(['b'])
  free()
  await Promise.all([first, second])
  expect(told).toEqual(['b', 'a1', 'a2'])
})

it('a pool has so many places, and gives them in order', async () => {
  const pool = createPool(2)
  const told: number[] = []
  expect([pool.enter(), pool.enter()]).toEqual([undefined, undefined])
  for (const n of [1, 2, 3]) void pool.enter()?.then(() => told.push(n))
  await tick()
  expect(told).toEqual([])
  pool.leave()
  pool.leave()
  await tick()
  expect(told).toEqual([1, 2])
  for (const _ of [1, 2, 3]) pool.leave()
  await tick()
  expect(told).toEqual([1, 2, 3])
  expect([pool.enter(), pool.enter()]).toEqual([undefined, undefined])
})
