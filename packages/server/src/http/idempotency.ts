import { createHash } from 'node:crypto'
import { EprError } from '@epr/model'
import type { Database } from '../storage/database.js'
import { type KeyClaim, KeyTakenError, selectKey } from '../storage/idempotency-keys.js'
import { type Operation, type RestRequest, toJsonResponse } from './request.js'

const HEADER = 'idempotency-key'
const MAX_KEY_LENGTH = 255

/** Makes the claim that is written in one transaction with what it protects. `body` is the 200's. */
export type ToKeyClaim = (body: string) => KeyClaim

/** An operation that creates: it gets `toKeyClaim` when the request has a key. It answers 200 or throws. */
export type Creation = (request: RestRequest, toKeyClaim: ToKeyClaim | undefined) => Promise<string>

/** A creation whose key is known. */
export type KeyedCreation = (toKeyClaim: ToKeyClaim) => Promise<string>

export interface Idempotency {
  /** Makes an operation of a creation: repeats of a key are answered as the first was. */
  protect(create: Creation): Operation
  /** Gives what `create` gives, or gave within 24 hours for the same names, whatever its input was. */
  once(names: readonly string[], create: KeyedCreation): Promise<string>
}

/** A key, and what must be the same when it comes again. */
type Keyed = Pick<KeyClaim, 'key' | 'bodyHash'>

const sha256 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function readKey({ headers, method, path }: RestRequest): Buffer | undefined {
  const key = headers[HEADER]
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    throw new EprError('INVALID_ARGUMENT', `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters`)
  }
  return sha256(JSON.stringify([method, path.replace(/\/$/, ''), key]))
}

/**
 * `Idempotency-Key` of REST's creations (draft-ietf-httpapi-idempotency-key-header): scope is method, path and
 * key, bodies are compared by their bytes, only 200s are kept, for 24 hours.
 */
export function createIdempotency(database: Database): Idempotency {
  /** Requests of this process by key; those of other processes meet in the database. */
  const running = new Map<string, Promise<unknown>>()

  async function findAnswer({ key, bodyHash }: Keyed): Promise<string | undefined> {
    const kept = await selectKey(database, key)
    if (kept && !kept.body_hash.equals(bodyHash)) {
      throw new EprError(
        'ALREADY_EXISTS',
        'this Idempotency-Key has been used with another body: take a new key',
      )
    }
    return kept?.answer
  }

  async function createOnce(keyed: Keyed, create: KeyedCreation): Promise<string> {
    const kept = await findAnswer(keyed)
    if (kept !== undefined) return kept
    try {
      return await create((answer) => ({ ...keyed, answer }))
    } catch (error) {
      if (!(error instanceof KeyTakenError)) throw error
      const theirs = await findAnswer(keyed)
      if (theirs === undefined) throw error
      return theirs
    }
  }

  async function inTurn(keyed: Keyed, create: KeyedCreation): Promise<string> {
    const name = keyed.key.toString('base64')
    for (let first = running.get(name); first; first = running.get(name)) await first.catch(() => undefined)
    const turn = createOnce(keyed, create)
    running.set(name, turn)
    try {
      return await turn
    } finally {
      running.delete(name)
    }
  }

  return {
    protect: (create) => async (request) => {
      const key = readKey(request)
      if (!key) return toJsonResponse(await create(request, undefined))
      const keyed = { key, bodyHash: sha256(request.body) }
      return toJsonResponse(await inTurn(keyed, (toKeyClaim) => create(request, toKeyClaim)))
    },
    once(names, create) {
      const key = sha256(JSON.stringify(names))
      return inTurn({ key, bodyHash: key }, create)
    },
  }
}
