import type { FuncKeywordDefinition } from 'ajv/dist/2020.js'
import { EXACT_TYPE } from '../link/lower-keywords.js'
import {
  compareNumbers,
  type ExactNumber,
  isExactNumber,
  isInteger,
  isMultipleOf,
} from '../numbers/decimal.js'
import { showExact } from '../numbers/exact-json.js'
import { canonicalKey, createJsonSet } from './canonical-key.js'

/**
 * The keywords that look at a number, for values in which a bigint stands for one that a double does not keep. Ajv knows no
 * bigint: for it such a value is of no type, and its code cannot hold one as a constant. So these replace every keyword
 * that decides on a number, `type` among them, and say themselves what is wrong.
 */

type Judge = (value: unknown) => boolean
type Compiled = Judge & { errors?: { message: string; params: object }[] }

/** @param say what a value must, and `params` beside it */
function exactKeyword<Value>(
  keyword: string,
  say: (schema: Value) => string,
  compile: (schema: Value) => Judge,
): FuncKeywordDefinition {
  return {
    keyword,
    errors: true,
    compile(schema: Value) {
      const judge = compile(schema)
      const message = say(schema)
      const validate: Compiled = (value) => {
        if (judge(value)) return true
        validate.errors = [{ message, params: {} }]
        return false
      }
      return validate
    },
  }
}

const ofNumber =
  (judge: (value: ExactNumber) => boolean): Judge =>
  (value) =>
    !isExactNumber(value) || judge(value)

const bound = (keyword: string, sign: string, holds: (order: number) => boolean) =>
  exactKeyword<ExactNumber>(
    keyword,
    (limit) => `must be ${sign} ${showExact(limit)}`,
    (limit) => ofNumber((value) => holds(compareNumbers(value, limit))),
  )

const TYPES: Readonly<Record<string, Judge>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => isExactNumber(value) && isInteger(value),
  null: (value) => value === null,
  number: isExactNumber,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  string: (value) => typeof value === 'string',
}

const listOf = (types: string | readonly string[]): readonly string[] =>
  typeof types === 'string' ? [types] : types

export const EXACT_KEYWORDS: readonly FuncKeywordDefinition[] = [
  bound('maximum', '<=', (order) => order <= 0),
  bound('minimum', '>=', (order) => order >= 0),
  bound('exclusiveMaximum', '<', (order) => order < 0),
  bound('exclusiveMinimum', '>', (order) => order > 0),
  exactKeyword<ExactNumber>(
    'multipleOf',
    (divisor) => `must be multiple of ${showExact(divisor)}`,
    (divisor) => ofNumber((value) => isMultipleOf(value, divisor)),
  ),
  exactKeyword<string | readonly string[]>(
    EXACT_TYPE,
    (types) => `must be ${listOf(types).join(',')}`,
    (types) => (value) => listOf(types).some((type) => TYPES[type]?.(value) === true),
  ),
  exactKeyword<readonly unknown[]>(
    'enum',
    (allowed) =>
      `must be equal to one of the allowed values: ${allowed.slice(0, 20).map(showExact).join(', ')}`,
    (allowed) => {
      const set = createJsonSet()
      for (const [index, value] of allowed.entries()) set.add(value, index)
      return (value) => set.has(value)
    },
  ),
  exactKeyword<unknown>(
    'const',
    (expected) => `must be equal to constant ${showExact(expected)}`,
    (expected) => {
      const key = canonicalKey(expected)
      return (value) => canonicalKey(value) === key
    },
  ),
]
