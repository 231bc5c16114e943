import type { Limits } from '../limits.js'
import type { Violations } from '../violations.js'

/** What a worker is started with. */
export interface WorkerSetup {
  readonly documents: ReadonlyMap<string, unknown>
  readonly limits: Limits
}

export interface CheckJob {
  readonly kind: 'check'
  readonly schemaText: string
}

export interface ValidateJob {
  readonly kind: 'validate'
  readonly receiverId: string
  readonly payloadText: string
  /** See `UnreadPayload`. */
  readonly hasLongNumbers: boolean
  /** See `SchemaOwner`. */
  readonly isTrial: boolean
  readonly schemaText: string
}

export interface EqualityJob {
  readonly kind: 'equality'
  readonly text: string
}

/** On the wire the schema is left out when the worker was given it before; it asks when it has forgotten. */
export type WireJob =
  | CheckJob
  | EqualityJob
  | (Omit<ValidateJob, 'schemaText'> & { readonly schemaText?: string })

export type Job = CheckJob | EqualityJob | ValidateJob

export type Outcome =
  /** `ms`: what the validation took, without the compiling. */
  | { readonly kind: 'ok'; readonly ms: number }
  | { readonly kind: 'violations'; readonly violations: Violations; readonly ms: number }
  /** The schema can be used. */
  | { readonly kind: 'checked'; readonly dialect: string }
  /** See `equalityKey`. */
  | { readonly kind: 'key'; readonly key: string }
  /** The payload is not JSON; what the parser says. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** The schema cannot be used; the reasons. */
  | { readonly kind: 'unusable'; readonly reasons: readonly string[] }
  /** The payload could not be judged; why. */
  | { readonly kind: 'undecided'; readonly reason: string }

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'schema-wanted' }
  /** The schema is compiled, now comes the payload. */
  | { readonly kind: 'compiled' }
  /** The payload is invalid, whatever happens while all its violations are gathered. */
  | { readonly kind: 'invalid'; readonly first: Violations }
