import { expect, it } from 'vitest'
import { createPool } from './pool.js'

const tick = () => new Promise((resolve) => setImmediate(resolve))

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
