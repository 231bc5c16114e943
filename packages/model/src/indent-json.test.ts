import { expect, it } from 'vitest'
import { indentJson } from './indent-json.js'

const VALUES = [
  { a: [1, { b: [] }, {}], 'c"\\': 'x{,}:[]\\"\n' },
  [],
  {},
  null,
  'text',
  [[[]]],
  -1.5e-7,
  true,
]

it.each(VALUES)('lays %j out as JSON.stringify does', (value) => {
  for (const indent of [0, 2, 4]) {
    const expected = JSON.stringify(value, undefined, indent)
    expect(indentJson(JSON.stringify(value), indent)).toBe(expected)
    expect(indentJson(JSON.stringify(value, undefined, 3), indent)).toBe(expected)
  }
})

it('keeps numbers as they are written, and takes texts of any length', () => {
  expect(indentJson('{"n":1.10,\n"m":12345678901234567890}', 0)).toBe('{"n":1.10,"m":12345678901234567890}')
  const long = JSON.stringify(['\\"x'.repeat(1_000_000)])
  expect(indentJson(long, 0)).toBe(long)
})
