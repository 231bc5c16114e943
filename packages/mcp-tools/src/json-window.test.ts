import { toJsonText } from '@epr/model'
import { expect, it } from 'vitest'
import { MAX_RESULT_CHARS, toJsonWindow } from './json-window.js'

it.each(['{"a": [1, "x y\\" "], "b": null}', '0', '" "'])('%s is shown as a value', (text) => {
  expect(toJsonWindow(toJsonText(text), 0)).toEqual({ value: JSON.parse(text) })
})

it.each(['{"n":12345678901234567890}', '{"b":1,"1":2}', '-0', '{"a":1,"a":2}', '"\\ud83d"'])(
  '%s, which parsing changes, is shown as text',
  (text) => {
    expect(toJsonWindow(toJsonText(text), 0)).toEqual({ text, chars: text.length, next: undefined })
  },
)

it('what is long is shown part by part, to its end', () => {
  const text = JSON.stringify('x'.repeat(2.5 * MAX_RESULT_CHARS))
  let shown = ''
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const window = toJsonWindow(toJsonText(text), offset)
    if ('value' in window) throw new Error('it is too long for a value')
    expect(window.text.length).toBeLessThanOrEqual(MAX_RESULT_CHARS)
    shown += window.text
    offset = window.next
  }
  expect(shown).toBe(text)
})

it.each([0, 1, 2, 3])('no part begins or ends inside a character, %i before it', (before) => {
  const text = JSON.stringify('x'.repeat(before) + '🚀'.repeat(MAX_RESULT_CHARS))
  let shown = ''
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const window = toJsonWindow(toJsonText(text), offset)
    if ('value' in window) throw new Error('it is too long for a value')
    expect(window.text).not.toMatch(/\p{Surrogate}/u)
    shown += window.text
    offset = window.next
  }
  expect(shown).toBe(text)
  // An assistant that counts by itself may ask for the middle of one.
  for (const offset of [10, 11]) {
    const window = toJsonWindow(toJsonText(text), offset)
    expect('text' in window && window.text).not.toMatch(/\p{Surrogate}/u)
  }
})
