import { isCursor, isId, readTime, type SearchReading } from '@epr/model'

/** A way to read a text: what it is taken for, and what is looked up then. */
export interface Reading {
  as: SearchReading
  text: string
}

const COMPONENT = /^component:/i
const PACKAGE_URL = /^pkg:/i
const CPE = /^cpe:/i
/** What a hash was made by, and its digits, right or not. */
const NAMED_HASH = /^(md5|sha-?(?:1|256|384|512)):/i
const DIGITS = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i
const SHA256 = /^(?:sha-?256:)?([0-9a-f]{64})$/i

function readHash(text: string): Reading[] | undefined {
  const [, digits] = SHA256.exec(text) ?? []
  const component: Reading = { as: 'component', text }
  if (digits !== undefined) return [{ as: 'fingerprint', text: digits.toLowerCase() }, component]
  if (NAMED_HASH.test(text)) return [component]
  // Commits look the same, and builds are called after them.
  return DIGITS.test(text) ? [component, ...readName(text)] : undefined
}

/** A name may have an `@` of its own, at its start or elsewhere. */
function readName(text: string): Reading[] {
  const names: Reading[] = [
    { as: 'name', text },
    { as: 'definition', text },
  ]
  return text.lastIndexOf('@') > 0 ? [{ as: 'name_version', text }, ...names] : names
}

/**
 * All that a text is taken for, in the order in which it is looked up: one list for each text, and never an empty one.
 * Whether what it says is good is seen when it is looked up.
 *
 * @param text without white space around it, and not empty
 */
export function readSearchText(text: string): Reading[] {
  const id = text.toUpperCase()
  if (isId(id)) return [{ as: 'id', text: id }]
  if (PACKAGE_URL.test(text))
    return [
      { as: 'package_url', text },
      { as: 'component', text },
    ]
  if (COMPONENT.test(text)) return [{ as: 'component', text: text.replace(COMPONENT, '') }]
  if (CPE.test(text)) return [{ as: 'component', text }]
  const hash = readHash(text)
  if (hash) return hash
  const time = readTime(text)
  if (time !== undefined) return [{ as: 'time', text: time }]
  const names = readName(text)
  return isCursor(text) ? [...names, { as: 'cursor', text: BigInt(text).toString() }] : names
}
