import { EprError, type Page, readDurationMs } from '@epr/model'
import * as z from 'zod'
import type { Access } from '../access/access.js'
import { issuerDocument, readIssuer, resolveIssuer } from '../access/issuer.js'
import { assertPinned } from '../access/job-claims.js'
import { drawKey, hashKey } from '../access/key-text.js'
import {
  jobsIn,
  type PolicyDocument,
  policyDocument,
  type ResolveName,
  resolvePolicy,
} from '../access/policy.js'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import {
  type Act,
  type AuditEntry,
  deleteIssuer,
  deletePolicy,
  endAccessKeys,
  insertAccessKey,
  lockAccess,
  type StoredKey,
  selectAudit,
  selectIssuers,
  selectKeys,
  selectLiveKeys,
  selectPolicies,
  upsertIssuer,
  upsertPolicy,
  writeAct,
} from '../storage/access.js'
import { eraseLabel } from '../storage/actors.js'
import type { Connection, Database } from '../storage/database.js'
import {
  revokeSession,
  revokeSessionsOf,
  type SessionEntry,
  selectSessionEntries,
} from '../storage/sessions.js'
import { parseInput } from './input.js'

const DEFAULT_LIFE = '90d'
const DEFAULT_OVERLAP = '24h'
const NEVER = 'never'
const NAME = /^[A-Za-z0-9][\w.@/-]{0,99}$/

const nameSchema = z
  .string()
  .regex(NAME, 'must have 1 to 100 letters, digits, and . _ @ / - between them')
  .meta({ example: 'shop-ci' })
const life = z.string().refine((text) => text === NEVER || readDurationMs(text) !== undefined, {
  message: 'must be a number and ms, s, m, h, d or w, like 90d, or never',
})

export const newKeySchema = z
  .strictObject({
    name: nameSchema,
    admin: z.boolean().default(false).meta({ description: 'Whether it may do everything.' }),
    expires: life.default(DEFAULT_LIFE),
  })
  .meta({ id: 'NewKey' })
export const rotationSchema = z
  .strictObject({
    expires: life.default(DEFAULT_LIFE),
    overlap: life.default(DEFAULT_OVERLAP).meta({ description: 'How long the old one is still good.' }),
  })
  .meta({ id: 'Rotation' })

/** A key as it is listed: nothing of it is secret. */
export interface KeyEntry {
  id: string
  name: string
  admin: boolean
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** Which keys are meant. */
export type KeyName = { id: string } | { name: string }

/** A policy as it was declared, and what its names stood for then; both as JSON text. */
export interface PolicyEntry {
  name: string
  document: string
  resolved: string
  updated_at: string
}

/** An issuer as it was declared, as JSON text. */
export interface IssuerEntry {
  name: string
  issuer: string
  document: string
  updated_at: string
}

/** What only admins do; each act is in the audit list. */
export interface Administration {
  /** @returns the key, the only time that it is shown. @throws EprError ALREADY_EXISTS for a name of a live key */
  createKey(input: unknown, call: Call): Promise<KeyEntry & { key: string }>
  /** Makes another of the same name; the old ones are good for as long as it says. @throws EprError NOT_FOUND */
  rotateKey(named: KeyName, input: unknown, call: Call): Promise<KeyEntry & { key: string }>
  /** @throws EprError NOT_FOUND */
  revokeKeys(named: KeyName, call: Call): Promise<KeyEntry[]>
  listKeys(call: Call): Promise<KeyEntry[]>
  /** @returns what it was resolved to. @throws EprError INVALID_ARGUMENT */
  putPolicy(name: string, document: unknown, call: Call): Promise<PolicyEntry>
  /** @throws EprError NOT_FOUND */
  deletePolicy(name: string, call: Call): Promise<void>
  listPolicies(call: Call): Promise<PolicyEntry[]>
  /** @throws EprError INVALID_ARGUMENT, or when policies of the name would trust something else by it */
  putIssuer(name: string, document: unknown, call: Call): Promise<IssuerEntry>
  /** @throws EprError NOT_FOUND, INVALID_ARGUMENT while a policy names it */
  deleteIssuer(name: string, call: Call): Promise<void>
  listIssuers(call: Call): Promise<IssuerEntry[]>
  /** Those that are good, at most 1,000. */
  listSessions(call: Call): Promise<SessionEntry[]>
  /** Ends a session before its time, on every server. @throws EprError NOT_FOUND */
  revokeSession(id: string, call: Call): Promise<void>
  /**
   * Erases what people call somebody who has recorded or switched something, for good; the id stays.
   *
   * @throws EprError NOT_FOUND when nobody of this id has
   */
  eraseLabel(actor: string, call: Call): Promise<void>
  /** What was done, the newest first, before an entry of that list. */
  audit(before: string | undefined, limit: number, call: Call): Promise<Page<AuditEntry>>
}

const toEntry = ({ id, name, is_admin: admin, hash: _, ...times }: StoredKey): KeyEntry => ({
  id,
  name,
  admin,
  ...times,
})

const momentIn = (text: string): string | null =>
  text === NEVER ? null : new Date(Date.now() + (readDurationMs(text) ?? 0)).toISOString()

export interface AdministrationOptions {
  database: Database
  access: Access
  resolveName: ResolveName
  /** What tokens of CI jobs are for, where their issuer does not say it. */
  audience: string | undefined
}

export function createAdministration({
  database,
  access,
  resolveName,
  audience,
}: AdministrationOptions): Administration {
  /** Does what an admin asks for, and lets every server know, this one before the answer. */
  async function act<T>(
    call: Call,
    work: (
      connection: Connection,
      write: (act: Pick<Act, 'act' | 'object' | 'before' | 'after'>) => Promise<void>,
    ) => Promise<T>,
  ): Promise<T> {
    assertMay(call.principal, { verb: 'admin' })
    const result = await database.transaction(async (connection) => {
      await lockAccess(connection)
      return work(connection, (written) =>
        writeAct(connection, { ...written, actor: call.principal.id, request_id: call.requestId }),
      )
    })
    await access.reload()
    return result
  }

  async function assertLive(connection: Connection, named: KeyName): Promise<StoredKey[]> {
    const keys = await selectLiveKeys(connection, named)
    if (keys.length > 0) return keys
    const which = 'id' in named ? `of the id ${JSON.stringify(named.id)}` : JSON.stringify(named.name)
    throw new EprError('NOT_FOUND', `there is no key ${which} that is good`)
  }

  /** What policies say of the jobs of an issuer. */
  async function jobsOf(connection: Connection, issuer: string) {
    return (await selectPolicies(connection)).flatMap(({ name: policy, document }) =>
      (JSON.parse(document) as PolicyDocument).who
        .flatMap((subject) => jobsIn(subject) ?? [])
        .filter((jobs) => jobs.issuer === issuer)
        .map(({ rules }) => ({ policy, rules })),
    )
  }

  async function insertNew(connection: Connection, key: { name: string; admin: boolean; expires: string }) {
    const { id, text } = drawKey()
    const stored = await insertAccessKey(connection, {
      id,
      name: key.name,
      hash: hashKey(text),
      is_admin: key.admin,
      expires_at: momentIn(key.expires),
    })
    return { ...toEntry(stored), key: text }
  }

  return {
    createKey: (input, call) =>
      act(call, async (connection, write) => {
        const key = parseInput(newKeySchema, input)
        if ((await selectLiveKeys(connection, { name: key.name })).length > 0) {
          const problem = `there is a key ${key.name} already: rotate it, revoke it, or take another name`
          throw new EprError('ALREADY_EXISTS', problem)
        }
        const created = await insertNew(connection, key)
        const { key: _, ...after } = created
        await write({ act: 'key.create', object: key.name, after })
        return created
      }),
    rotateKey: (named, input, call) =>
      act(call, async (connection, write) => {
        const { expires, overlap } = parseInput(rotationSchema, input)
        const old = await assertLive(connection, named)
        const newest = old.at(-1)
        if (!newest) throw new Error('a list of keys was empty')
        const created = await insertNew(connection, { name: newest.name, admin: newest.is_admin, expires })
        await endAccessKeys(
          connection,
          old.map(({ id }) => id),
          momentIn(overlap) ?? 'infinity',
        )
        const { key: _, ...after } = created
        await write({ act: 'key.rotate', object: newest.name, before: old.map(toEntry), after })
        return created
      }),
    revokeKeys: (named, call) =>
      act(call, async (connection, write) => {
        const old = await assertLive(connection, named)
        await endAccessKeys(
          connection,
          old.map(({ id }) => id),
          'now',
        )
        await write({ act: 'key.revoke', object: old[0]?.name ?? '', before: old.map(toEntry) })
        return old.map(toEntry)
      }),
    async listKeys(call) {
      assertMay(call.principal, { verb: 'admin' })
      return (await selectKeys(database)).map(toEntry)
    },
    async putPolicy(policyName, document, call) {
      assertMay(call.principal, { verb: 'admin' })
      parseInput(nameSchema, policyName)
      const parsed: PolicyDocument = parseInput(policyDocument, document)
      // Before the transaction: it has a connection already, and would wait for others of the same pool.
      const resolved = JSON.stringify(await resolvePolicy(parsed, resolveName))
      return act(call, async (connection, write) => {
        const issuers = await selectIssuers(connection)
        for (const { issuer, rules } of parsed.who.flatMap((subject) => jobsIn(subject) ?? [])) {
          const stored = issuers.find(({ name }) => name === issuer)
          if (!stored)
            throw new EprError(
              'INVALID_ARGUMENT',
              `there is no issuer ${JSON.stringify(issuer)}: apply it first`,
            )
          assertPinned(readIssuer(stored, audience), rules)
        }
        const before = (await selectPolicies(connection)).find((policy) => policy.name === policyName)
        const stored = { name: policyName, document: JSON.stringify(parsed), resolved }
        await upsertPolicy(connection, stored)
        await write({
          act: 'policy.put',
          object: policyName,
          before: before && JSON.parse(before.document),
          after: parsed,
        })
        return { ...stored, updated_at: new Date().toISOString() }
      })
    },
    deletePolicy: (policyName, call) =>
      act(call, async (connection, write) => {
        const before = (await selectPolicies(connection)).find((policy) => policy.name === policyName)
        if (!before) throw new EprError('NOT_FOUND', `there is no policy ${JSON.stringify(policyName)}`)
        await deletePolicy(connection, policyName)
        await write({ act: 'policy.delete', object: policyName, before: JSON.parse(before.document) })
      }),
    async listPolicies(call) {
      assertMay(call.principal, { verb: 'admin' })
      return selectPolicies(database)
    },
    putIssuer: (name, document, call) =>
      act(call, async (connection, write) => {
        parseInput(nameSchema, name)
        const parsed = parseInput(issuerDocument, document)
        const issuer = resolveIssuer(name, parsed, audience)
        const others = await selectIssuers(connection)
        const same = others.find((other) => other.issuer === issuer.issuer && other.name !== name)
        if (same)
          throw new EprError(
            'ALREADY_EXISTS',
            `the issuer ${same.name} is ${issuer.issuer} already: take that name`,
          )
        const before = others.find((other) => other.name === name)
        for (const { policy, rules } of await jobsOf(connection, name)) {
          // Ids of two hosts are the same numbers: a policy must not mean another's all at once.
          if (before && before.issuer !== issuer.issuer)
            throw new EprError(
              'INVALID_ARGUMENT',
              `the policy ${policy} names ${name} as it is: delete it, or take another name`,
            )
          assertPinned(issuer, rules)
        }
        const stored = { name, issuer: issuer.issuer, document: JSON.stringify(parsed) }
        await upsertIssuer(connection, stored)
        await write({
          act: 'issuer.put',
          object: name,
          before: before && JSON.parse(before.document),
          after: parsed,
        })
        return { ...stored, updated_at: new Date().toISOString() }
      }),
    deleteIssuer: (name, call) =>
      act(call, async (connection, write) => {
        const before = (await selectIssuers(connection)).find((issuer) => issuer.name === name)
        if (!before) throw new EprError('NOT_FOUND', `there is no issuer ${JSON.stringify(name)}`)
        const [used] = await jobsOf(connection, name)
        if (used)
          throw new EprError(
            'INVALID_ARGUMENT',
            `the policy ${used.policy} names the issuer ${name}: delete it first`,
          )
        await deleteIssuer(connection, name)
        // One of the same `iss` that comes later does not bring them back.
        await revokeSessionsOf(connection, before.issuer)
        await write({ act: 'issuer.delete', object: name, before: JSON.parse(before.document) })
      }),
    async listIssuers(call) {
      assertMay(call.principal, { verb: 'admin' })
      return selectIssuers(database)
    },
    async listSessions(call) {
      assertMay(call.principal, { verb: 'admin' })
      return selectSessionEntries(database)
    },
    revokeSession: (id, call) =>
      act(call, async (connection, write) => {
        const before = await revokeSession(connection, id)
        if (!before)
          throw new EprError('NOT_FOUND', `there is no session of the id ${JSON.stringify(id)} that is good`)
        await write({ act: 'session.revoke', object: before.caller, before })
      }),
    eraseLabel: (actor, call) =>
      act(call, async (connection, write) => {
        if (!(await eraseLabel(connection, actor)))
          throw new EprError('NOT_FOUND', `nobody of the id ${JSON.stringify(actor)} has recorded anything`)
        await write({ act: 'actor.erase', object: actor })
      }),
    async audit(before, limit, call) {
      assertMay(call.principal, { verb: 'admin' })
      return selectAudit(database, before, limit)
    },
  }
}
