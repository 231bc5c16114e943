import { type Actor, jobActor, personActor } from './actor.js'
import { differingClaim, jobId } from './job-claims.js'
import { personId } from './person.js'
import { compileGrant, jobsIn, type ResolvedPolicy } from './policy.js'
import type { Grant, Rights } from './rights.js'
import type { PersonSession, Session } from './sessions.js'
import type { JobToken, PersonToken } from './tokens.js'

/** Who calls, and what they may. */
export interface Principal extends Rights {
  /** The same for the same caller for ever, also after a rotation: idempotency keys of one are not another's. */
  readonly id: string
  readonly kind: 'anonymous' | 'key' | 'job' | 'session' | 'user'
  /** Of the key that was sent. */
  readonly keyId?: string
  /** The token of a CI job or of somebody, or the session that it was exchanged for, or that somebody has logged in to. */
  readonly token?: JobToken | PersonToken | Session
  /** When what was shown is over, in milliseconds since 1970; undefined for never. */
  readonly expiresAt?: number | undefined
  /** Undefined while nobody is asked who they are. */
  readonly actor: Actor | undefined
}

export interface NamedPolicy extends ResolvedPolicy {
  name: string
}

type Subject = ResolvedPolicy['who'][number]

/** All that policies grant those who are meant. */
export function grantsOf(
  policies: readonly ResolvedPolicy[],
  isMeant: (subject: Subject) => boolean,
): Grant[] {
  return policies
    .filter((policy) => policy.who.some(isMeant))
    .flatMap((policy) => policy.grants.map(compileGrant))
}

/** A job with all that policies grant it. */
export function toJob(token: JobToken, policies: readonly NamedPolicy[]): Principal {
  const { issuer, claims } = token
  const grants: Grant[] = []
  const near: string[] = []
  for (const policy of policies) {
    const jobs = policy.who
      .flatMap((subject) => jobsIn(subject) ?? [])
      .filter((each) => each.issuer === issuer.name)
    const differing = jobs.map(({ rules }) => differingClaim(rules, claims))
    if (differing.includes(undefined)) grants.push(...policy.grants.map(compileGrant))
    else if (differing.length > 0)
      near.push(`the policy ${policy.name} is for another ${differing.join(' or ')}`)
  }
  const id = jobId(issuer, claims)
  return {
    id,
    kind: 'session' in token ? 'session' : 'job',
    expiresAt: token.expiresAt,
    label: `the job ${id}`,
    isKnown: true,
    actor: jobActor(token),
    grants,
    token,
    nearly: near.length > 0 ? near.join(', ') : undefined,
  }
}

/** Somebody whom the identity provider knows, with all that policies grant them and their groups. */
export function toPerson(token: PersonToken | PersonSession, policies: readonly NamedPolicy[]): Principal {
  const { person, expiresAt } = token
  const id = personId(person)
  // A claim of a job may be called `user` too.
  const isMeant = (subject: Subject): boolean =>
    !('ci' in subject) &&
    (('user' in subject && subject.user === id) ||
      ('group' in subject && person.groups.includes(subject.group)))
  return {
    id: `user:${id}`,
    kind: 'user',
    expiresAt,
    label: `the user ${person.label}`,
    isKnown: true,
    actor: personActor(person),
    grants: grantsOf(policies, isMeant),
    token,
  }
}

/** What an admin may, and everybody while nobody is asked. */
export const EVERYTHING: readonly Grant[] = [{ verb: 'admin' }]

/** What whoever shows no key is called. */
export const ANONYMOUS = 'anonymous'

/** Whoever shows no key. */
export function anonymousWith(grants: readonly Grant[], actor?: Actor): Principal {
  return { id: ANONYMOUS, kind: 'anonymous', label: ANONYMOUS, isKnown: false, grants, actor }
}
