import { EprError } from '@epr/model'
import * as z from 'zod'
import type { ClaimRules } from './job-claims.js'
import type { About, Grant } from './rights.js'

const text = z.string().min(1)
const pattern = text.meta({ description: 'Exact, or with * at its end for all that begin so.' })

const about = z
  .strictObject({ name: pattern, version: pattern, release: pattern, platform_id: pattern, package: pattern })
  .partial()

const who = z.union([
  z.strictObject({ key: text }).meta({ description: 'The key of this name.' }),
  z
    .strictObject({ user: text })
    .meta({ description: 'The person of this id, which `whoami` says: nobody else gets it.' }),
  z
    .strictObject({ group: text })
    .meta({ description: 'Those whom the identity provider says are in this group.' }),
  z.strictObject({ anonymous: z.literal(true) }).meta({ description: 'Whoever sends no credential.' }),
  z
    .object({ ci: text })
    .catchall(z.union([text, z.array(text).min(1)]))
    .meta({ description: 'Jobs of this issuer whose tokens have these claims.' }),
])

/** Most subjects, grants, and names of a grant: a policy fits on a screen. */
const MAX_ENTRIES = 100

/** Its length is looked at before its elements are. */
const listOf = <Element extends z.ZodType>(element: Element) =>
  z.array(z.unknown()).min(1).max(MAX_ENTRIES).pipe(z.array(element))

const receiverNames = z.union([z.literal('*'), listOf(text)])

const may = z.union([
  z.enum(['read', 'admin']),
  z.strictObject({ record: receiverNames, about: about.optional() }),
  z.strictObject({ define: listOf(pattern) }),
  z.strictObject({ switch: receiverNames }),
])

/** A policy as it is declared: names of receivers and groups, as `name` or `name@version`, or ids. */
export const policyDocument = z
  .strictObject({ who: listOf(who), may: listOf(may) })
  .meta({ id: 'Policy', description: 'Who may do what. Policies add up; what none grants is refused.' })
export type PolicyDocument = z.infer<typeof policyDocument>
type May = PolicyDocument['may'][number]

/** The jobs that a policy is for, or undefined where it is for somebody else. A claim may be called `key` too. */
export function jobsIn(
  subject: PolicyDocument['who'][number],
): { issuer: string; rules: ClaimRules } | undefined {
  if (!('ci' in subject)) return undefined
  const { ci: issuer, ...rules } = subject
  return { issuer, rules }
}

/** A policy with ids in place of names. */
export interface ResolvedPolicy {
  who: PolicyDocument['who']
  grants: ResolvedGrant[]
}

type ResolvedGrant =
  | { verb: 'read' | 'admin' }
  | { verb: 'record'; receivers: '*' | string[]; about?: About | undefined }
  | { verb: 'define'; types: string[] }
  | { verb: 'switch'; groups: '*' | string[] }

/** Finds the ids that a name stands for: of all versions, unless it says one. */
export type ResolveName = (kind: 'receiver' | 'group', name: string) => Promise<string[]>

async function resolveAll(kind: 'receiver' | 'group', names: '*' | string[], resolve: ResolveName) {
  if (names === '*') return names
  const found = await Promise.all(names.map((name) => resolve(kind, name)))
  const missing = names.filter((_, index) => found[index]?.length === 0)
  if (missing.length > 0) {
    const problem = `there is no ${kind} ${missing.map((name) => JSON.stringify(name)).join(', ')}: a policy is about what there is`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  return [...new Set(found.flat())]
}

async function resolveGrant(grant: May, resolve: ResolveName): Promise<ResolvedGrant> {
  if (typeof grant === 'string') return { verb: grant }
  if ('record' in grant)
    return {
      verb: 'record',
      receivers: await resolveAll('receiver', grant.record, resolve),
      about: grant.about,
    }
  if ('define' in grant) return { verb: 'define', types: grant.define }
  return { verb: 'switch', groups: await resolveAll('group', grant.switch, resolve) }
}

/** @throws EprError INVALID_ARGUMENT for names that there are not */
export async function resolvePolicy(
  { who: subjects, may: grants }: PolicyDocument,
  resolve: ResolveName,
): Promise<ResolvedPolicy> {
  return { who: subjects, grants: await Promise.all(grants.map((grant) => resolveGrant(grant, resolve))) }
}

const toIds = (ids: '*' | string[]): '*' | ReadonlySet<string> => (ids === '*' ? ids : new Set(ids))

/** A grant as rights are checked by it. */
export function compileGrant(grant: ResolvedGrant): Grant {
  switch (grant.verb) {
    case 'record':
      return { verb: 'record', receivers: toIds(grant.receivers), about: grant.about }
    case 'switch':
      return { verb: 'switch', groups: toIds(grant.groups) }
    default:
      return grant
  }
}
