import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalKey, createJsonSet } from './canonical-key.js'

/** JSON Schema's equality, spelled out. */
function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return false
    return a.length === b.length && a.every((each, index) => equal(each, b[index]))
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return (
    left.size === right.size &&
    [...left].every(([key, each]) => right.has(key) && equal(each, right.get(key)))
  )
}

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -0,
      1,
      1.5,
      1e21,
      '',
      '0',
      '1',
      'null',
      'a',
      '[]',
      '"',
      '__proto__',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '__proto__', 'toString', 'valueOf'), tie('value')), {
        maxLength: 3,
      })
      .map((members) => Object.fromEntries(members)),
  ),
})).value

it('gives equal keys to exactly the equal values', () => {
  fc.assert(fc.property(json, json, (a, b) => (canonicalKey(a) === canonicalKey(b)) === equal(a, b)))
  fc.assert(fc.property(json, (a) => canonicalKey(a) === canonicalKey(JSON.parse(JSON.stringify(a)))))
})

it('finds duplicates as a comparison of all pairs does', () => {
  fc.assert(
    fc.property(fc.array(json, { maxLength: 8 }), (items) => {
      const seen = createJsonSet()
      const isUnique = items.every((item, index) => seen.add(item, index) === undefined)
      expect(isUnique).toBe(items.every((a, i) => items.slice(0, i).every((b) => !equal(a, b))))
    }),
    { numRuns: 1_000 },
  )
})
