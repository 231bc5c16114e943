import { EprError } from '@epr/model'
import { DatabaseError } from 'pg'
import type { Connection } from './database.js'

/** A request's idempotency key and what will be answered to its repeats. */
export interface KeyClaim {
  /** SHA-256 of method, path and key. */
  key: Buffer
  /** SHA-256 of the body's bytes. */
  bodyHash: Buffer
  /** The body of the 200. */
  answer: string
}

/** How long an answer is kept for repeats; record_events says the same. */
const KEPT = "interval '24 hours'"

/** The key has been used by a request on another server between our look and our write. */
export class KeyTakenError extends EprError {
  constructor() {
    super('ALREADY_EXISTS', 'another request with this Idempotency-Key has just been answered: try again')
  }
}

/** Whether record_events has refused a flush because a key of it is taken. */
export function isKeyTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.constraint === 'idempotency_keys_pkey'
}

/** Claims a key in the caller's transaction, waiting for one that is claiming it too; throws {@link KeyTakenError}. */
export async function insertKey(connection: Connection, claim: KeyClaim): Promise<void> {
  const rows = await connection.query(
    `insert into idempotency_keys (key, body_hash, answer) values ($1, $2, $3)
     on conflict (key) do update
       set body_hash = excluded.body_hash, answer = excluded.answer, created_at = now()
       where idempotency_keys.created_at < now() - ${KEPT}
     returning 1`,
    [claim.key, claim.bodyHash, claim.answer],
  )
  if (rows.length === 0) throw new KeyTakenError()
}

export async function selectKey(
  connection: Connection,
  key: Buffer,
): Promise<{ body_hash: Buffer; answer: string } | undefined> {
  const [row] = await connection.query<{ body_hash: Buffer; answer: string }>(
    {
      name: 'select_key',
      text: `select body_hash, answer from idempotency_keys where key = $1 and created_at >= now() - ${KEPT}`,
    },
    [key],
  )
  return row
}

/** Removes the keys whose time is over. */
export async function deleteExpiredKeys(connection: Connection): Promise<void> {
  await connection.query(`delete from idempotency_keys where created_at < now() - ${KEPT}`)
}
