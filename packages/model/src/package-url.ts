import type { Nvrpp } from './nvrpp.js'

/** The parts of a package URL (https://github.com/package-url/purl-spec), decoded, as purl libraries give them. */
export interface PackageUrlParts {
  type: string
  namespace?: string | undefined
  name: string
  version?: string | undefined
  qualifiers?: Readonly<Record<string, string | undefined>> | undefined
}

/** What a package URL does not say: RPM's first release, and an artifact for every platform. */
const DEFAULT_RELEASE = '1'
const DEFAULT_PLATFORM = 'any'

const joined = (separator: string, ...parts: (string | undefined)[]): string | undefined =>
  parts.filter(Boolean).join(separator) || undefined

/**
 * The artifact that a package URL names. `version` alone has no default: it is left out when the URL has none.
 *
 * | NVRPP         | part of the package URL                                                              |
 * | ------------- | ------------------------------------------------------------------------------------ |
 * | `name`        | namespace and name, with `/` between                                                 |
 * | `version`     | version, or the qualifier `tag`                                                      |
 * | `release`     | the qualifier `release`, or `1`                                                      |
 * | `platform_id` | the qualifiers `platform_id`, `platform`, or `os` and `arch` with `-` between, or `any` |
 * | `package`     | the qualifier `package`, or the type: `oci`, `npm`, `rpm`                            |
 */
export function nvrppOfPackageUrl(purl: PackageUrlParts): Omit<Nvrpp, 'version'> & { version?: string } {
  const { type, namespace, name, qualifiers = {} } = purl
  const { tag, release, platform_id, platform, os, arch } = qualifiers
  const version = purl.version || tag
  return {
    name: joined('/', namespace, name) ?? name,
    ...(version && { version }),
    release: release || DEFAULT_RELEASE,
    platform_id: platform_id || platform || joined('-', os, arch) || DEFAULT_PLATFORM,
    package: qualifiers.package || type,
  }
}
