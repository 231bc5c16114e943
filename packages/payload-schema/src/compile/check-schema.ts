import { DEFAULT_LIMITS, type Limits } from '../limits.js'
import { DEFAULT_DIALECT, dialectOf } from '../link/dialect.js'
import type { Schema } from '../link/json-value.js'
import type { KnownResources } from '../link/known-documents.js'
import { linkSchema } from '../link/link-schema.js'
import { parseSchema } from '../link/parse-schema.js'
import { hasExactNumbers } from '../numbers/exact-json.js'
import { refuse } from '../refuse.js'
import { toDetails } from '../violations.js'
import { compileSchema, type Validator } from './compile-schema.js'
import { assertAffordable } from './schema-cost.js'

export interface SchemaChecker {
  /**
   * Gives the name of its dialect.
   *
   * @throws INVALID_ARGUMENT with the reason why events cannot be held to the schema
   */
  check(schemaText: string): string
}

/** Patterns are judged by linkSchema, which names them, and accepts what RE2 does: not by the format `regex`. */
const NOT_BY_FORMAT = new Set(['regex', 'uri', 'uri-reference'])

/** Everything that is asked of a new schema. Costly: for the worker only. */
export function createSchemaChecker(known: KnownResources, limits: Limits): SchemaChecker {
  const metaValidators = new Map<string, Validator>()

  const metaValidator = (uri: string, isExact: boolean): Validator => {
    const key = `${isExact} ${uri}`
    const validator = metaValidators.get(key) ?? compileMetaSchema(uri, isExact)
    metaValidators.set(key, validator)
    return validator
  }

  const compileMetaSchema = (uri: string, isExact: boolean): Validator => {
    const options = { ignoredFormats: NOT_BY_FORMAT, isExact }
    const linked = linkSchema({ $schema: uri, $ref: uri }, known, DEFAULT_LIMITS, options)
    return compileSchema(linked, { what: 'schema', limit: limits.namedViolations, onePerPlace: true })
  }
  return {
    check(schemaText) {
      const schema = parseSchema(schemaText, limits)
      const isExact = hasExactNumbers(schemaText)
      const { name, metaSchema } = dialectOf(schema, DEFAULT_DIALECT)
      assertValid(schema, metaValidator(metaSchema, isExact))
      const linked = linkSchema(schema, known, limits, { isExact })
      assertAffordable(linked, limits)
      compileSchema(linked, { what: 'payload', limit: limits.namedViolations })
      return name
    },
  }
}

function assertValid(schema: Schema, validator: Validator): void {
  const violations = validator.firstViolations(schema) && validator.allViolations(schema)
  if (violations === undefined) return
  const details = toDetails(violations)
  refuse(details.join('; '), details)
}
