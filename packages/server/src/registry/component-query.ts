import { assertPackageName, EprError } from '@epr/model'
import { PackageURL } from 'packageurl-js'
import type { ComponentFilter, ComponentRow } from '../storage/components.js'
import { isVersionRange, RANGED_TYPES, readVersionRange } from './version-range.js'

/** What a text asks for: how it is looked up, and which of what is found is meant. */
export interface ComponentQuery {
  takenFor: 'purl' | 'cpe' | 'hash' | 'name'
  filter: ComponentFilter
  /** Undefined where nobody can say, which ranges alone make. */
  isMeant(component: ComponentRow): boolean | undefined
}

const MAX_CHARS = 500

const bad = (problem: string, cause?: unknown) => new EprError('INVALID_ARGUMENT', problem, { cause })

/** The text that a beginning of versions or names begins with; undefined of what is none. */
const toPrefix = (text: string): string | undefined => (text.endsWith('*') ? text.slice(0, -1) : undefined)

type IsMeant = ComponentQuery['isMeant']

/** Go writes a `v` before its versions, and people do not. */
const spellings = (version: string): string[] => [version, `v${version}`]

interface Versions {
  isMeant: IsMeant
  /** When it is no more than these. */
  exact?: readonly string[]
}

const typeOf = ({ package: pkg }: ComponentRow): string | undefined => pkg?.split('/')[0]

/** What stands behind the last `@`: a version, how it begins with `*`, or a range. */
function readVersions(text: string | undefined): Versions {
  if (text === undefined) return { isMeant: () => true }
  const prefix = toPrefix(text)
  if (prefix !== undefined) {
    const beginnings = spellings(prefix)
    return { isMeant: ({ version }) => beginnings.some((beginning) => version.startsWith(beginning)) }
  }
  if (!isVersionRange(text)) {
    const exact = spellings(text)
    return { exact, isMeant: ({ version }) => exact.includes(version) }
  }
  const range = readVersionRange(text)
  if (!range)
    throw bad(
      `q: ${JSON.stringify(text)} is not a range of versions: write <2.17.1, >=2.0 <2.17.1, ^1.2 or ~=2.2, or 2.14* for what begins so`,
    )
  return { isMeant: (component) => range(typeOf(component), component.version) }
}

/** @throws EprError INVALID_ARGUMENT that says what is wrong with it */
export function parsePackageUrl(text: string): PackageURL {
  try {
    // As people write the scope of npm, which has to be escaped.
    return PackageURL.fromString(assertPackageName(text.replaceAll('/@', '/%40')))
  } catch (cause) {
    throw bad(
      `q is not a package URL: ${(cause as Error).message}: write pkg:type/name@version, or a name alone`,
      cause,
    )
  }
}

function readPackageUrl(text: string): ComponentQuery {
  const typed = parsePackageUrl(text)
  const { type, namespace, name, version, qualifiers } = typed
  const { isMeant } = readVersions(version ?? undefined)
  const wanted = Object.entries(qualifiers ?? {})
  const readWritten = (purl: string): PackageURL | undefined => {
    try {
      return PackageURL.fromString(purl)
    } catch {
      return undefined
    }
  }
  return {
    takenFor: 'purl',
    filter: { by: 'package', purl: new PackageURL(type, namespace, name).toString() },
    isMeant(component) {
      const written = readWritten(component.purl ?? '')
      const has = (field: string) => (written?.qualifiers as Record<string, string> | undefined)?.[field]
      if (!wanted.every(([field, value]) => has(field) === value)) return false
      // An epoch may stand in the component's version and not in its package URL's.
      const own = isMeant(component)
      return own === true || !written?.version ? own : isMeant({ ...component, version: written.version })
    },
  }
}

/** The fields of a CPE behind vendor and product, without escapes; undefined of what names no product. */
function readCpe(text: string): { version: string | undefined } | undefined {
  const parts =
    /^cpe:2\.3:[aho*]:((?:[^:\\*]|\\.)+):((?:[^:\\*]|\\.)+)(?::((?:[^:\\]|\\.)+))?(?::|$)/i.exec(text) ??
    /^cpe:\/[aho]?:([^:*]+):([^:*]+)(?::([^:]*))?(?::|$)/i.exec(text)
  if (!parts) return undefined
  const version = parts[3]
    ?.replace(/\\(.)/g, '$1')
    .replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return { version: version === '*' || version === '-' || version === '' ? undefined : version }
}

function readCpeQuery(text: string): ComponentQuery {
  const cpe = readCpe(text)
  if (!cpe)
    throw bad(
      'q is not a CPE with a vendor and a product: write cpe:2.3:a:apache:log4j:2.14.1, or cpe:/a:apache:log4j:2.14.1',
    )
  return { takenFor: 'cpe', filter: { by: 'cpe', cpe: text }, isMeant: readVersions(cpe.version).isMeant }
}

const HASHES: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sha384: 96, sha512: 128 }
const HEX = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i

/** The digits of a hash, with what it was made by before them or without; undefined of what is none. */
function readHash(text: string): string | undefined {
  const [, algorithm, digits = ''] = /^(md5|sha-?(?:1|256|384|512)):(.*)$/i.exec(text) ?? []
  if (algorithm === undefined) return HEX.test(text) ? text : undefined
  const length = HASHES[algorithm.toLowerCase().replace('-', '')] ?? 0
  if (digits.length === length && HEX.test(digits)) return digits
  throw bad(`q is not a hash: one of ${algorithm} has ${length} hexadecimal digits`)
}

function readName(text: string): ComponentQuery {
  const at = text.lastIndexOf('@')
  const [name, version] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text, undefined]
  if (version === '') throw bad('q ends with @: write a version behind it, or leave it out')
  const { isMeant, exact } = readVersions(version)
  const lower = name.trim().toLowerCase().replaceAll(':', '/')
  const prefix = toPrefix(lower)
  if (prefix === '') throw bad('q: a name must begin somehow: write log4j*, or log4j-core@2.14*')
  return {
    takenFor: 'name',
    filter: prefix === undefined ? { by: 'name', name: lower, versions: exact } : { by: 'prefix', prefix },
    isMeant,
  }
}

/**
 * What a text is taken for, in this order: a package URL, a CPE, a hash, a name.
 *
 * @throws EprError INVALID_ARGUMENT
 */
export function readComponentQuery(given: string): ComponentQuery {
  const text = given.trim()
  if (text === '') throw bad('q must say which component: log4j-core@2.14.1, a package URL, a CPE or a hash')
  if (text.length > MAX_CHARS) throw bad(`q must have at most ${MAX_CHARS} characters`)
  if (/^pkg:/i.test(text)) return readPackageUrl(text)
  if (/^cpe:/i.test(text)) return readCpeQuery(text)
  const hash = readHash(text)
  if (hash !== undefined) return { takenFor: 'hash', filter: { by: 'hash', hash }, isMeant: () => true }
  return readName(text)
}

/** Why none of these can be said to be in a range. */
export function explainUndecided(components: readonly ComponentRow[]): EprError {
  const types = [...new Set(components.map((component) => typeOf(component) ?? 'unknown'))].sort()
  const isRanged = types.some((type) => RANGED_TYPES.includes(type))
  return bad(
    isRanged
      ? `q: no version of it can be held to this range (${types.join(', ')}): ranges are those of each type of package, of Maven and RubyGems >=, <=, >, < and = with numbers; name@2.14* finds what begins so`
      : `q: ranges are known for packages of ${RANGED_TYPES.join(', ')}, and this is of type ${types.join(', ')}: name@2.14* finds what begins so`,
  )
}
