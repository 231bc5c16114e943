import { DEFAULT_LIMITS, type Limits } from '../limits.js'
import { DEFAULT_DIALECT, dialectOf } from '../link/dialect.js'
import type { Schema } from '../link/json-value.js'
import type { KnownResources } from '../link/known-documents.js'
import { linkSchema } from '../link/link-schema.js'
import { parseSchema } from '../link/parse-schema.js'
import { refuse } from '../refuse.js'
import { toDetails } from '../violations.js'
import { compileSchema, type Validator } from './compile-schema.js'
import { assertAffordable } from './schema-cost.js'

export interface SchemaChecker {
  /** @throws INVALID_ARGUMENT with the reason why events cannot be held to the schema */
  check(schemaText: string): void
}

/** Everything that is asked of a new schema. Costly: for the worker only. */
export function createSchemaChecker(known: KnownResources, limits: Limits): SchemaChecker {
  const metaValidators = new Map<string, Validator>()

  const metaValidator = (uri: string): Validator => {
    const validator = metaValidators.get(uri) ?? compileMetaSchema(uri, known, limits)
    metaValidators.set(uri, validator)
    return validator
  }
  return {
    check(schemaText) {
      const schema = parseSchema(schemaText, limits)
      assertValid(schema, metaValidator(dialectOf(schema, DEFAULT_DIALECT).metaSchema))
      const linked = linkSchema(schema, known, limits)
      assertAffordable(linked, limits)
      compileSchema(linked, 'payload', limits.namedViolations)
    },
  }
}

/** Patterns are judged by linkSchema, which names them, and accepts what RE2 does: not by the format `regex`. */
const NOT_BY_FORMAT = new Set(['regex', 'uri', 'uri-reference'])

function compileMetaSchema(uri: string, known: KnownResources, limits: Limits): Validator {
  const linked = linkSchema({ $schema: uri, $ref: uri }, known, DEFAULT_LIMITS, NOT_BY_FORMAT)
  return compileSchema(linked, 'schema', limits.namedViolations)
}

function assertValid(schema: Schema, validator: Validator): void {
  const violations = validator.firstViolations(schema) && validator.allViolations(schema)
  if (violations === undefined) return
  const details = toDetails(violations)
  refuse(details.join('; '), details)
}
