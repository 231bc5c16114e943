import { createHash } from 'node:crypto'
import { EprError } from '@epr/model'
import type { Call, Once } from '../../registry/call.js'
import type { RestRequest } from './route.js'

const HEADER = 'idempotency-key'
const MAX_KEY_LENGTH = 255

/** What a request says of its caller, for the use cases. */
export function toCall({ principal, requestId }: RestRequest): Call {
  return { principal, requestId }
}

/**
 * The same of a request that creates: with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) repeats get
 * the first one's result. Scope is method, path and key; bodies are compared by their bytes.
 *
 * @throws EprError INVALID_ARGUMENT for a key that is empty or too long
 */
export function toCreatingCall(request: RestRequest): Call {
  return { ...toCall(request), once: readOnce(request) }
}

function readOnce({ headers, method, path, body }: RestRequest): Once | undefined {
  const key = headers[HEADER]
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    throw new EprError('INVALID_ARGUMENT', `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters`)
  }
  return {
    scope: [method, path.replace(/\/$/, ''), key],
    digest: createHash('sha256').update(body).digest(),
  }
}
