import { createHash } from 'node:crypto'
import type { Person } from '../storage/sessions.js'

const ID_BYTES = 12

/**
 * What a person is called in policies and on events: the same for ever, and nobody's name. It comes of what the provider never
 * gives to somebody else (OpenID Connect Core, section 5.7), and of which provider it is.
 */
export const personId = ({ issuer, subject }: Pick<Person, 'issuer' | 'subject'>): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, 2 * ID_BYTES)

/** By what people call somebody, the first that there is. */
const LABELS = ['name', 'preferred_username', 'email'] as const

/** Somebody as the claims of their provider say: of a login, and of an access token, alike. */
export function readPerson(
  issuer: string,
  claims: Readonly<Record<string, unknown>>,
  groupsClaim: string,
): Person {
  const texts = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  const subject = String(claims.sub)
  const label = LABELS.flatMap((name) => texts([claims[name]]))[0] ?? subject
  return { issuer, subject, label, groups: texts(claims[groupsClaim]) }
}
