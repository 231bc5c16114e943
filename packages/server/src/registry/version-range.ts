import {
  valid as isPep440,
  validRange as isPep440Range,
  satisfies as satisfiesPep440,
} from '@renovatebot/pep440'
import semver from 'semver'

/** Package types (purl-spec) whose versions are those of Semantic Versioning. */
const SEMVER = ['npm', 'cargo', 'golang', 'hex', 'pub', 'swift', 'nuget'] as const
/** Whose versions, as long as they are numbers with dots, stand in the order of these numbers. */
const NUMBERS = ['maven', 'gem', 'composer', 'nuget'] as const

/** The types of packages whose versions can stand in a range. */
export const RANGED_TYPES: readonly string[] = [...new Set([...SEMVER, 'pypi', ...NUMBERS])].sort()

/** Whether a version is in the range; undefined where that cannot be said. */
export type VersionRange = (type: string | undefined, version: string) => boolean | undefined

const isOneOf = (types: readonly string[], type: string | undefined): boolean =>
  type !== undefined && types.includes(type)

const NUMBER = /^\d+(?:\.\d+)*$/
const COMPARATOR = /^(<=|>=|==|!=|=|<|>)\s*(\d+(?:\.\d+)*)$/

/** `>=2, <2.17` as PEP 440 has it, which pads numbers with zeros as others do; undefined when there is anything but numbers. */
function toNumbers(text: string): string | undefined {
  const parts = text
    .replace(/([<>=!])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((part) => part !== '')
  const compared = parts.map((part) => COMPARATOR.exec(part))
  if (compared.length === 0 || compared.some((comparator) => comparator === null)) return undefined
  return compared.map((comparator) => `${comparator?.[1]?.replace(/^=$/, '==')}${comparator?.[2]}`).join(',')
}

const SEMVER_OPTIONS = { loose: true, includePrerelease: true } as const

/**
 * Reads a range as npm has it (`^1.2`, `>=1 <2 || 3.x`) and as Python has it (`~=2.2`, `>=2,<3`): which of them counts is a matter of
 * the type of each package. Versions before a release are in it where their place is.
 *
 * @returns undefined when nobody has such a range
 */
export function readVersionRange(text: string): VersionRange | undefined {
  const bySemver = semver.validRange(text.replaceAll(',', ' '), SEMVER_OPTIONS)
  const python = isPep440Range(text) ? text : undefined
  const numbers = toNumbers(text)
  if (bySemver === null && python === undefined) return undefined
  return (type, version) => {
    if (isOneOf(SEMVER, type) && bySemver !== null && semver.valid(version, SEMVER_OPTIONS) !== null)
      return semver.satisfies(version, bySemver, SEMVER_OPTIONS)
    if (type === 'pypi' && python !== undefined && isPep440(version))
      return satisfiesPep440(version, python, { prereleases: true })
    if (isOneOf(NUMBERS, type) && numbers !== undefined && NUMBER.test(version))
      return satisfiesPep440(version, numbers, { prereleases: true })
    return undefined
  }
}

/** Whether this is meant to be a range: versions begin with none of these. */
export const isVersionRange = (text: string): boolean => /^\s*[<>=~^!]|\|\||,| /.test(text)
