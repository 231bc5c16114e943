import { createHash } from 'node:crypto'
import type { ActorType } from '@epr/model'
import type { Connection } from './database.js'

/** Who did something, with all that is known of them. */
export interface NewActor {
  /** The public id of the caller. */
  principal: string
  type: ActorType
  /** Who vouches for the subject; empty for keys. */
  issuer: string
  subject: string
  label: string
  /** What else they have shown: of a job of a CI its run, its commit. */
  claims?: Readonly<Record<string, string>> | undefined
}

/** Of everybody alike whatever they are called, so that a label that was erased stays so. */
function digestOf({ principal, type, issuer, subject, claims = {} }: NewActor): Buffer {
  const sorted = Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([principal, type, issuer, subject, sorted]))
    .digest()
}

/**
 * The number of an actor, who is written down when there is none yet. Several servers may do so at once: the second waits
 * for the first, and gets the number of its row. Index actors_digest_key.
 */
export async function findActorId(connection: Connection, actor: NewActor): Promise<number> {
  const digest = digestOf(actor)
  const [known] = await connection.query<{ id: number }>('select id from actors where digest = $1::bytea', [
    digest,
  ])
  if (known) return known.id
  const { principal, type, issuer, subject, label, claims } = actor
  const [written] = await connection.query<{ id: number }>(
    `insert into actors (digest, principal, type, issuer, subject, label, claims)
     select $1::bytea, $2::text, $3::text, $4::text, $5::text,
            case when not exists (select from actors where principal = $2::text and label is null) then $6::text end, $7::json
     on conflict (digest) do update set digest = excluded.digest returning id`,
    [digest, principal, type, issuer, subject, label, claims === undefined ? null : JSON.stringify(claims)],
  )
  if (!written) throw new Error('an insert gave no row')
  return written.id
}

/** Erases what people call a caller, for good. @returns whether there is one of this id. Index actors_principal */
export async function eraseLabel(connection: Connection, principal: string): Promise<boolean> {
  // Who is written down meanwhile has not seen yet that the label is erased.
  await connection.query('lock table actors in share row exclusive mode')
  const erased = await connection.query(
    'update actors set label = null where principal = $1::text returning id',
    [principal],
  )
  return erased.length > 0
}

/** The actor that a row's `actor_id` refers to, as JSON; null without one. Index actors_pkey. */
export const actorOf = (row: string): string =>
  `(select jsonb_build_object('id', a.principal, 'type', a.type, 'label', a.label) from actors a where a.id = ${row}.actor_id)`
