import { EprError, fromJsonText, type JsonText } from '@epr/model'
import { DatabaseError } from 'pg'
import type { Connection } from './database.js'

/** A call's idempotency key and the result that its repeats get. */
export interface KeyClaim {
  /** SHA-256 of whose key it is, what it is for, and the key itself. */
  key: Buffer
  /** SHA-256 of what a repeat must have in common with the first. */
  digest: Buffer
  /** As JSON text. */
  result: string
}

/** How long a result is kept for repeats; record_events says the same. */
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
    `insert into idempotency_keys (key, digest, result) values ($1::bytea, $2::bytea, $3::json)
     on conflict (key) do update
       set digest = excluded.digest, result = excluded.result, created_at = now()
       where idempotency_keys.created_at < now() - ${KEPT}
     returning 1`,
    [claim.key, claim.digest, claim.result],
  )
  if (rows.length === 0) throw new KeyTakenError()
}

export async function selectKey(
  connection: Connection,
  key: Buffer,
): Promise<{ digest: Buffer; result: string } | undefined> {
  const [row] = await connection.query<{ digest: Buffer; result: JsonText }>(
    {
      name: 'select_key',
      text: `select digest, result from idempotency_keys where key = $1::bytea and created_at >= now() - ${KEPT}`,
    },
    [key],
  )
  return row && { digest: row.digest, result: fromJsonText(row.result) }
}

/** Removes the keys whose time is over. */
export async function deleteExpiredKeys(connection: Connection): Promise<void> {
  await connection.query(`delete from idempotency_keys where created_at < now() - ${KEPT}`)
}
