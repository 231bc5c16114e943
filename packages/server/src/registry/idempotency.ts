import { createHash } from 'node:crypto'
import { EprError } from '@epr/model'
import type { Call, Once } from '../call.js'
import type { Database } from '../storage/database.js'
import { type KeyClaim, KeyTakenError, selectKey } from '../storage/idempotency-keys.js'

/** Makes the claim that is written in one transaction with the result that it keeps. */
export type ToClaim<Result> = (result: Result) => KeyClaim

/** A creation that writes the claim of its result, when it gets one to make. */
export type Creation<Result> = (toClaim?: ToClaim<Result>) => Promise<Result>

export interface Idempotency {
  /**
   * Gives what `create` gives; of a call that must have one result, what it gave to the first within 24 hours.
   * Repeats that come meanwhile wait for the first. What fails is not kept.
   *
   * @param create gives a result that JSON can say
   * @throws EprError ALREADY_EXISTS when the first call's digest was another
   */
  once<Result>(call: Call, create: Creation<Result>): Promise<Result>
}

/** What must have one result has come again, and is not the same. */
export class RepeatDiffersError extends EprError {
  constructor({ conflict }: Pick<Once, 'conflict'>) {
    super('ALREADY_EXISTS', conflict)
  }
}

/** A key, and what must be the same when it comes again. */
type Keyed = Pick<KeyClaim, 'key'> & { once: Once }

const isRepeat = (kept: Buffer, { digest, formerDigest }: Once): boolean =>
  kept.equals(digest) || (formerDigest !== undefined && kept.equals(formerDigest))

export function createIdempotency(database: Database): Idempotency {
  /** Calls of this process by key; those of other processes meet in the database. */
  const running = new Map<string, Promise<unknown>>()

  /** As JSON text. */
  async function findResult({ key, once }: Keyed): Promise<string | undefined> {
    const kept = await selectKey(database, key)
    if (kept && !isRepeat(kept.digest, once)) throw new RepeatDiffersError(once)
    return kept?.result
  }

  async function createOnce<Result>(keyed: Keyed, create: Creation<Result>): Promise<Result> {
    const kept = await findResult(keyed)
    if (kept !== undefined) return JSON.parse(kept) as Result
    const { key, once } = keyed
    const { digest } = once
    try {
      return await create((result) => ({ key, digest, result: JSON.stringify(result) }))
    } catch (error) {
      if (!(error instanceof KeyTakenError)) throw error
      const theirs = await findResult(keyed)
      if (theirs === undefined) throw error
      return JSON.parse(theirs) as Result
    }
  }

  return {
    async once({ principal, once }, create) {
      if (!once) return create()
      const key = createHash('sha256')
        .update(JSON.stringify([principal.id, ...once.scope]))
        .digest()
      const name = key.toString('base64')
      for (let first = running.get(name); first; first = running.get(name)) await first.catch(() => undefined)
      const turn = createOnce({ key, once }, create)
      running.set(name, turn)
      try {
        return await turn
      } finally {
        running.delete(name)
      }
    },
  }
}
