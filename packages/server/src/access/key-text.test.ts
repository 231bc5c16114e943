import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drawKey, drawSession, hashKey, readKeyId, readSessionId } from './key-text.js'

it('a key is drawn anew each time, says its id, and is one word', () => {
  const [first, second] = [drawKey(), drawKey()]
  expect(first.text).toMatch(/^eprk_[0-9A-Za-z]{46}$/)
  expect(readKeyId(first.text)).toBe(first.id)
  expect(first.text).not.toBe(second.text)
  expect(hashKey(first.text)).toHaveLength(32)
})

it('a slip in any place is seen by the checksum', () => {
  const { text } = drawKey()
  const digits = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  fc.assert(
    fc.property(fc.integer({ min: 5, max: text.length - 1 }), digits, (at, digit) => {
      fc.pre(text[at] !== digit)
      expect(readKeyId(text.slice(0, at) + digit + text.slice(at + 1))).toBeUndefined()
    }),
  )
  for (const other of [
    '',
    'eprk_',
    `${text} `,
    text.slice(0, -1),
    `${text}0`,
    text.replace('eprk_', 'eprs_'),
  ])
    expect(readKeyId(other)).toBeUndefined()
})

it('is not a session, nor a session a key', () => {
  const [key, session] = [drawKey(), drawSession()]
  expect(readSessionId(session.text)).toBe(session.id)
  expect(readKeyId(session.text)).toBeUndefined()
  expect(readSessionId(key.text)).toBeUndefined()
})
