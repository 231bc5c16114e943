import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { createFormats } from '../link/formats.js'
import type { LinkedSchema } from '../link/link-schema.js'
import { EXACT_TYPE } from '../link/lower-keywords.js'
import { type Naming, toViolations, type Violations } from '../violations.js'
import { EXACT_KEYWORDS } from './exact-keywords.js'
import { OWN_KEYWORDS } from './own-keywords.js'

/** A schema that values can be held to. */
export interface Validator {
  /** What is wrong with `value`; `undefined` when it is valid. At most a few violations. */
  firstViolations(value: unknown): Violations | undefined
  /** All violations of a value that `firstViolations` found invalid. */
  allViolations(value: unknown): Violations
}

/**
 * Two functions for one schema: the first stops at the first violation, so that a payload of
 * megabytes with an error in every line costs no memory; the other, which names them all, is
 * compiled only when it is needed.
 */
export function compileSchema(linked: LinkedSchema, naming: Naming): Validator {
  const { root } = linked
  let collect: ValidateFunction | undefined
  const decide = compileDecision(linked, () => {
    collect = createAjv(linked, true).compile(root)
    return collect
  })
  return {
    firstViolations: (value) => (decide(value) ? undefined : toViolations(decide.errors ?? [], naming)),
    allViolations(value) {
      collect ??= createAjv(linked, true).compile(root)
      return collect(value) ? { named: [], more: 0 } : toViolations(collect.errors ?? [], naming)
    },
  }
}

/**
 * Stopping at the first violation nests a block for every property and branch; the parser's stack is
 * too small for thousands of them. The function that goes on to the end is flat.
 */
function compileDecision(linked: LinkedSchema, compileFlat: () => ValidateFunction): ValidateFunction {
  try {
    return createAjv(linked, false).compile(linked.root)
  } catch (error) {
    if (error instanceof RangeError) return compileFlat()
    throw error
  }
}

const FORMATS = createFormats()

/**
 * An instance per schema: without meta-schemas it costs 0.2 ms, and what a schema leaves behind in
 * one (names, caches) cannot outlive it or reach another.
 */
function createAjv({ patterns, isExact }: LinkedSchema, allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors,
    meta: false, // Schemas are held to their meta-schema in check-schema.ts.
    validateSchema: false,
    addUsedSchema: false,
    strict: false,
    logger: false,
    ownProperties: true, // Otherwise `required: ["toString"]` accepts `{}`.
    inlineRefs: false,
    formats: FORMATS,
    code: { regExp: patterns.engine, optimize: false }, // Optimizing 1,000 properties takes over a second.
  })
  for (const definition of [...OWN_KEYWORDS, ...(isExact ? EXACT_KEYWORDS : [])]) {
    const { keyword } = definition
    if (typeof keyword === 'string' && keyword !== EXACT_TYPE) ajv.removeKeyword(keyword)
    ajv.addKeyword(definition)
  }
  return ajv
}
