import { beforeEach, expect, it } from 'vitest'
import { createFailureLimit, type FailureLimit } from './failure-limit.js'

let now = 0
let limit: FailureLimit
beforeEach(() => {
  now = 0
  limit = createFailureLimit(() => now)
})

/** How many of so many failures are within the limit. */
const within = (address: string, count: number): number =>
  Array.from({ length: count }, () => limit.take(address)).filter(Boolean).length

it('lets an address fail 300 times in a row, and ten times a second from then on', () => {
  expect(within('192.0.2.1', 400)).toBe(300)
  now = 1_000
  expect(within('192.0.2.1', 400)).toBe(10)
  now = 3_600_000
  expect(within('192.0.2.1', 400)).toBe(300)
})

it('holds nothing against others', () => {
  within('192.0.2.1', 400)
  expect(within('192.0.2.2', 300)).toBe(300)
})

it('takes a network of IPv6 for one', () => {
  expect(within('2001:db8:0:1::1', 300)).toBe(300)
  for (const same of ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1:ffff::', '2001:db8::1:0:0:0:9'])
    expect(within(same, 1)).toBe(0)
  for (const other of ['2001:db8:0:2::1', '2001:db8::1', '::1']) expect(within(other, 300)).toBe(300)
})

it('forgets the addresses of long ago before it holds too many', () => {
  within('192.0.2.1', 300)
  for (let at = 0; at < 10_000; at++) limit.take(`10.0.${at >> 8}.${at & 255}`)
  expect(limit.take('192.0.2.1')).toBe(true)
})
