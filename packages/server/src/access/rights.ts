import { type Nvrpp, nvrppSchema } from '@epr/model'
import * as z from 'zod'
import { AccessError } from './access-error.js'
import { matchesPattern } from './pattern.js'

/** Of an artifact's fields those that a right is limited to: exact, or with `*` at the end for what begins so. */
export type About = { readonly [Field in keyof Nvrpp]?: string | undefined }

/** One thing that is allowed. What is not granted is refused; nothing takes away what another grants. */
export type Grant =
  | { verb: 'read' | 'admin' }
  /** At these receivers, by id; `*` for all. */
  | { verb: 'record'; receivers: '*' | ReadonlySet<string>; about: About | undefined }
  /** Receivers and groups of these types. */
  | { verb: 'define'; types: readonly string[] }
  /** These groups, by id; `*` for all. */
  | { verb: 'switch'; groups: '*' | ReadonlySet<string> }

/** What is about to be done, and to what: receivers and groups by their ids. */
export const deedSchema = z
  .discriminatedUnion('verb', [
    z.strictObject({ verb: z.enum(['read', 'admin']) }),
    z.strictObject({ verb: z.literal('record'), receiver: z.string(), artifact: nvrppSchema }),
    z.strictObject({ verb: z.literal('define'), type: z.string() }),
    z.strictObject({ verb: z.literal('switch'), group: z.string() }),
  ])
  .meta({ id: 'Deed' })
export type Deed = z.infer<typeof deedSchema>

/** Who does it, with all that they may. */
export interface Rights {
  /** How it is called in errors: `key shop-ci`. */
  readonly label: string
  /** Whether it has shown who it is. */
  readonly isKnown: boolean
  readonly grants: readonly Grant[]
  /** Why policies that are nearly for it are not, for itself alone. */
  readonly nearly?: string | undefined
}

const isAbout = (about: About | undefined, artifact: Nvrpp): boolean =>
  about === undefined ||
  Object.entries(about).every(
    ([field, pattern]) => pattern === undefined || matchesPattern(pattern, artifact[field as keyof Nvrpp]),
  )

const holds = (ids: '*' | ReadonlySet<string>, id: string): boolean => ids === '*' || ids.has(id)

function allows(grant: Grant, deed: Deed): boolean {
  // Whoever may do everything with everybody's rights can give themselves any of them.
  if (grant.verb === 'admin') return true
  if (grant.verb === 'record' && deed.verb === 'record')
    return holds(grant.receivers, deed.receiver) && isAbout(grant.about, deed.artifact)
  if (grant.verb === 'define' && deed.verb === 'define')
    return grant.types.some((type) => matchesPattern(type, deed.type))
  if (grant.verb === 'switch' && deed.verb === 'switch') return holds(grant.groups, deed.group)
  return grant.verb === 'read' && deed.verb === 'read'
}

/** Whether any of the grants allows it. */
export const may = ({ grants }: Pick<Rights, 'grants'>, deed: Deed): boolean =>
  grants.some((grant) => allows(grant, deed))

/** Whether somebody may do something of this kind, to whatever. */
export const isAnyGranted = ({ grants }: Pick<Rights, 'grants'>, verb: Deed['verb']): boolean =>
  grants.some((grant) => grant.verb === verb || grant.verb === 'admin')

function describe(deed: Deed): string {
  if (deed.verb === 'record') {
    const { name, version } = deed.artifact
    return `record at the receiver ${deed.receiver} about ${name} ${version}`
  }
  if (deed.verb === 'define') return `define the type ${deed.type}`
  if (deed.verb === 'switch') return `switch the group ${deed.group}`
  return deed.verb === 'read' ? 'read' : 'do what is the admins’ alone'
}

/** What of the grants for this verb does not fit, for the one who has them. */
function whyNot({ grants, nearly }: Rights, deed: Deed): string {
  const same = grants.filter(({ verb }) => verb === deed.verb)
  if (same.length === 0) return `no policy grants it ${deed.verb}${nearly === undefined ? '' : `; ${nearly}`}`
  if (deed.verb !== 'record') return `its policies grant ${deed.verb} of others`
  const here = same.filter((grant) => grant.verb === 'record' && holds(grant.receivers, deed.receiver))
  if (here.length === 0) return 'its policies grant record at other receivers'
  const abouts = here.flatMap((grant) => (grant.verb === 'record' && grant.about) || [])
  return `its policies grant it about ${abouts.map((about) => JSON.stringify(about)).join(' or ')}`
}

/** Whether somebody may do something, and what is missing. */
export const explain = (rights: Rights, deed: Deed): { allowed: boolean; reason: string | null } =>
  may(rights, deed)
    ? { allowed: true, reason: null }
    : { allowed: false, reason: `${rights.label} may not ${describe(deed)}: ${whyNot(rights, deed)}` }

const toList = (ids: '*' | ReadonlySet<string>): '*' | string[] => (ids === '*' ? ids : [...ids])

/** A grant as JSON can say it. */
export function toPlainGrant(grant: Grant): Record<string, unknown> {
  if (grant.verb === 'record') return { ...grant, receivers: toList(grant.receivers) }
  if (grant.verb === 'switch') return { ...grant, groups: toList(grant.groups) }
  return { ...grant }
}

/** Asks who one is. @param wish what they want: `asks`, `may read` */
export const whoAreYou = (wish: string): AccessError =>
  new AccessError(
    'missing',
    `this server wants to know who ${wish}: send a key as Authorization: Bearer (epr-cli: EPR_TOKEN; clients of others: as the password of their URL)`,
  )

/**
 * Makes sure that somebody may do something.
 *
 * @throws AccessError UNAUTHENTICATED when they have not said who they are, else PERMISSION_DENIED
 */
export function assertMay(rights: Rights, deed: Deed): void {
  if (may(rights, deed)) return
  if (!rights.isKnown) throw whoAreYou(`may ${describe(deed)}`)
  throw new AccessError('denied', explain(rights, deed).reason ?? 'not allowed')
}
