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
