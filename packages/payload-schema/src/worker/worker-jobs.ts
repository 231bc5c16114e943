import { EprError } from '@epr/model'
import { LRUCache } from 'lru-cache'
import { equalityKey } from '../compile/canonical-key.js'
import { createSchemaChecker } from '../compile/check-schema.js'
import { compileSchema, type Validator } from '../compile/compile-schema.js'
import { assertAffordable } from '../compile/schema-cost.js'
import { createKnownResources } from '../link/known-documents.js'
import { linkSchema } from '../link/link-schema.js'
import { parseSchema } from '../link/parse-schema.js'
import { hasExactNumbers, parseExact } from '../numbers/exact-json.js'
import { reasonOf } from '../refuse.js'
import type { Outcome, WireJob, WorkerMessage, WorkerSetup } from './worker-protocol.js'

export interface WorkerJobs {
  run(job: WireJob): WorkerMessage
}

type WireValidateJob = Extract<WireJob, { kind: 'validate' }>

/** What the worker does; apart from the thread, so that it can be tried without one. */
export function createWorkerJobs(setup: WorkerSetup, send: (message: WorkerMessage) => void): WorkerJobs {
  const { limits } = setup
  const known = createKnownResources(setup)
  const checker = createSchemaChecker(known, limits)
  const validators = new LRUCache<string, Validator>({ max: limits.cachedValidators })

  const findValidator = (
    { receiverId, schemaText }: WireValidateJob,
    isExact: boolean,
  ): Validator | undefined => {
    const key = `${isExact} ${receiverId}`
    const cached = validators.get(key)
    if (cached !== undefined || schemaText === undefined) return cached
    const options = { isExact: isExact || hasExactNumbers(schemaText) }
    const linked = linkSchema(parseSchema(schemaText, limits), known, limits, options)
    assertAffordable(linked, limits)
    const validator = compileSchema(linked, { what: 'payload', limit: limits.namedViolations })
    validators.set(key, validator)
    send({ kind: 'compiled' })
    return validator
  }

  const validate = (job: WireValidateJob): WorkerMessage => {
    const isExact = job.hasLongNumbers && hasExactNumbers(job.payloadText)
    const found = attempt(() => findValidator(job, isExact))
    if ('failure' in found) return done(unusable(found.failure))
    const { value: validator } = found
    if (validator === undefined) return { kind: 'schema-wanted' }
    const judged = attempt(() => judge(validator, job.payloadText, isExact))
    return done('failure' in judged ? { kind: 'undecided', reason: reasonOf(judged.failure) } : judged.value)
  }

  const judge = (validator: Validator, payloadText: string, isExact: boolean): Outcome => {
    const begin = performance.now()
    const parsed = attempt((): unknown => (isExact ? parseExact(payloadText) : JSON.parse(payloadText)))
    if ('failure' in parsed) return { kind: 'malformed', reason: reasonOf(parsed.failure) }
    const payload = parsed.value
    const first = validator.firstViolations(payload)
    const ms = performance.now() - begin
    if (first === undefined) return { kind: 'ok', ms }
    send({ kind: 'invalid', first })
    const all = attempt(() => validator.allViolations(payload))
    const violations = 'value' in all && all.value.named.length > 0 ? all.value : first
    return { kind: 'violations', violations, ms }
  }

  return {
    run(job) {
      if (job.kind === 'validate') return validate(job)
      if (job.kind === 'equality') return done(keyOf(job.text))
      const checked = attempt(() => checker.check(job.schemaText))
      return done(
        'failure' in checked ? unusable(checked.failure) : { kind: 'checked', dialect: checked.value },
      )
    },
  }
}

function keyOf(text: string): Outcome {
  const key = attempt(() => equalityKey(text))
  return 'failure' in key
    ? { kind: 'malformed', reason: reasonOf(key.failure) }
    : { kind: 'key', key: key.value }
}

function done(outcome: Outcome): WorkerMessage {
  return { kind: 'done', outcome }
}

type Attempt<T> = { readonly value: T } | { readonly failure: unknown }

function attempt<T>(step: () => T): Attempt<T> {
  try {
    return { value: step() }
  } catch (failure) {
    return { failure }
  }
}

function unusable(failure: unknown): Outcome {
  return {
    kind: 'unusable',
    reasons: failure instanceof EprError ? failure.details : [reasonOf(failure)],
  }
}
