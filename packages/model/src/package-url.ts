import type { Nvrpp } from './nvrpp.js'

/** The parts of a package URL (https://github.com/package-url/purl-spec), decoded, as purl libraries give them. */
export interface PackageUrlParts {
  type: string
  namespace?: string | undefined
  name: string
  version?: string | undefined
  qualifiers?: Readonly<Record<string, string | undefined>> | undefined
}

/** The release of a package URL that says none: RPM's first. */
export const DEFAULT_RELEASE = '1'
/** The platform of a package URL that says none: every one. */
export const DEFAULT_PLATFORM_ID = 'any'

/**
 * The artifact that a package URL names. `version` alone has no default: it is left out when the URL has none.
 *
 * | NVRPP         | part of the package URL                                   |
 * | ------------- | --------------------------------------------------------- |
 * | `name`        | namespace and name, with `/` between                      |
 * | `version`     | version                                                   |
 * | `release`     | the qualifier `release`, or `1`                           |
 * | `platform_id` | the qualifier `platform_id`, or `arch`, or `any`          |
 * | `package`     | the qualifier `package`, or the type: `oci`, `npm`, `rpm` |
 */
export function nvrppOfPackageUrl(purl: PackageUrlParts): Omit<Nvrpp, 'version'> & { version?: string } {
  const { type, namespace, name, version, qualifiers = {} } = purl
  const { release, platform_id, arch } = qualifiers
  return {
    name: namespace ? `${namespace}/${name}` : name,
    ...(version && { version }),
    release: release || DEFAULT_RELEASE,
    platform_id: platform_id || arch || DEFAULT_PLATFORM_ID,
    package: qualifiers.package || type,
  }
}

/**
 * A package URL as text, unless it names nothing: `pkg:github/docker%3A/@sha256%3A527eaa` has a namespace and a version, but no
 * name, which libraries take from elsewhere (purl-spec, "How to parse a purl").
 *
 * @throws TypeError without a name
 */
export function assertPackageName(purl: string): string {
  const [path = ''] = purl.split(/[?#]/)
  const beforeVersion = path.includes('@') ? path.slice(0, path.lastIndexOf('@')) : path.replace(/\/+$/, '')
  if (!/^pkg:\/*[^/]+\/.*[^/]$/i.test(beforeVersion)) throw new TypeError('it has no name')
  return purl
}
