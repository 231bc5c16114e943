import { EprError } from '@epr/model'
import type { Issuer } from './issuer.js'
import { matchesPattern } from './pattern.js'

/** What a policy says of a job's token: each claim has this value, or one of these. */
export type ClaimRules = Readonly<Record<string, string | readonly string[]>>

/** A token's claims that can be compared: text, numbers and truth as text. */
export type Claims = Readonly<Record<string, string>>

/** Claims whose value may end with `*`: what people name, and never what identifies. */
const OPEN_ENDED: ReadonlySet<string> = new Set([
  'ref',
  'workflow_ref',
  'job_workflow_ref',
  'sub',
  'repository',
  'project_path',
  'namespace_path',
  'ref_path',
  'branch',
  'environment',
])

/** What says that strangers may have started a job: such jobs are meant only where a policy names them. */
const OF_STRANGERS: readonly (readonly [claim: string, isStranger: (value: string) => boolean])[] = [
  ['event_name', (value) => value.startsWith('pull_request')],
  ['pipeline_source', (value) => /(^|_)(merge|pull)_request_event$/.test(value)],
]

const toList = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value

/**
 * Makes sure that a policy trusts what cannot be reclaimed, and nothing by a pattern that must be exact.
 *
 * @throws EprError INVALID_ARGUMENT with the claim and what to do
 */
export function assertPinned({ name, pins }: Issuer, rules: ClaimRules): void {
  for (const [claim, value] of Object.entries(rules)) {
    for (const each of toList(value)) {
      const star = each.indexOf('*')
      if (star < 0) continue
      const isPin = pins.some((names) => names.includes(claim))
      if (isPin || !OPEN_ENDED.has(claim) || star !== each.length - 1 || each.length === 1) {
        const where =
          isPin || !OPEN_ENDED.has(claim) ? 'must be exact' : 'may have one * at its end, behind text'
        throw new EprError(
          'INVALID_ARGUMENT',
          `${claim} of the issuer ${name} ${where}: it is ${JSON.stringify(each)}`,
        )
      }
    }
  }
  const missing = pins.find((names) => !names.some((claim) => rules[claim] !== undefined))
  if (missing)
    throw new EprError(
      'INVALID_ARGUMENT',
      `a policy for the issuer ${name} trusts names that somebody else can take: pin ${missing.join(' or ')}`,
    )
}

/** The first claim by which a token is not one that a policy means; undefined when it is. */
export function differingClaim(rules: ClaimRules, claims: Claims): string | undefined {
  const different = Object.entries(rules).find(([claim, allowed]) => {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    return value === undefined || !toList(allowed).some((pattern) => matchesPattern(pattern, value))
  })
  if (different) return different[0]
  const strange = OF_STRANGERS.find(([claim, isStranger]) => {
    const value = claims[claim]
    return value !== undefined && rules[claim] === undefined && isStranger(value)
  })
  return strange?.[0]
}

/** Who a job is, the same for all jobs of the same ids: names can be taken by others, and do not count. */
export function jobId({ name, pins }: Issuer, claims: Claims): string {
  const ids = [...new Set(pins.flat())].sort().filter((claim) => claims[claim] !== undefined)
  return ['ci', name, ...ids.map((claim) => `${claim}=${encodeURIComponent(claims[claim] ?? '')}`)].join(':')
}

/** Of a token's payload what can be compared. */
export function toClaims(payload: Readonly<Record<string, unknown>>): Claims {
  const plain = Object.entries(payload).flatMap(([claim, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[claim, String(value)] as const]
      : [],
  )
  return Object.fromEntries(plain)
}
