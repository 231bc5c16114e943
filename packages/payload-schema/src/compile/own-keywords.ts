import { _, type FuncKeywordDefinition, str } from 'ajv/dist/2020.js'
import { isMultipleOf } from '../numbers/decimal.js'
import { canonicalKey, createJsonSet } from './canonical-key.js'

/**
 * Keywords that replace Ajv's. Its `uniqueItems` compares every item with every other (12.7 s for a
 * 4 MB SBOM); its `enum`, `const` and `uniqueItems` compare objects by fast-deep-equal, which calls
 * a payload's own `valueOf` or `toString` property as if it were a function.
 */
export const OWN_KEYWORDS: readonly FuncKeywordDefinition[] = [
  {
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    errors: false,
    error: { message: 'must NOT have duplicate items' },
    compile: (unique: boolean) => (unique ? hasUniqueItems : () => true),
  },
  {
    keyword: 'enum',
    schemaType: 'array',
    errors: false,
    error: {
      message: 'must be equal to one of the allowed values',
      params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}}`,
    },
    compile(allowed: readonly unknown[]) {
      const set = createJsonSet()
      for (const [index, value] of allowed.entries()) set.add(value, index)
      return (value: unknown) => set.has(value)
    },
  },
  {
    keyword: 'const',
    errors: false,
    error: {
      message: 'must be equal to constant',
      params: ({ schemaCode }) => _`{allowedValue: ${schemaCode}}`,
    },
    compile(expected: unknown) {
      const key = canonicalKey(expected)
      return (value: unknown) => value === expected || canonicalKey(value) === key
    },
  },
  {
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    errors: false,
    error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
    compile: (divisor: number) => (value: number) => isMultipleOf(value, divisor),
  },
]

function hasUniqueItems(items: readonly unknown[]): boolean {
  if (items.length < 2) return true
  const seen = createJsonSet()
  return items.every((item, index) => seen.add(item, index) === undefined)
}
