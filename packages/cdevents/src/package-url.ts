import {
  assertPackageName,
  DEFAULT_PLATFORM_ID,
  DEFAULT_RELEASE,
  EprError,
  type Nvrpp,
  nvrppKey,
  nvrppOfPackageUrl,
  nvrppSchema,
} from '@epr/model'
import { PackageURL } from 'packageurl-js'

const GENERIC = 'generic'

/**
 * The package URL (https://github.com/package-url/purl-spec) of an artifact: `package` is its type, `release` and
 * `platform_id` are qualifiers, left out when they are the defaults: `pkg:oci/shop@1.2.0?platform_id=linux`.
 * {@link fromPackageUrl} gives back exactly the same NVRPP: where the rules of a type would change a field (oci
 * names are lower case), the URL is of the type `generic`, and `package` a qualifier.
 *
 * @throws EprError INVALID_ARGUMENT for what no package URL holds: white space at an end of a field; and, because
 * packageurl-js decodes qualifiers twice, a percent sign in one
 */
export function toPackageUrl(nvrpp: Nvrpp): string {
  for (const url of candidates(nvrpp)) if (isExact(url, nvrpp)) return url
  throw refuse(
    'the NVRPP cannot be written as a package URL: a field has white space at an end, or a percent sign',
  )
}

function* candidates({ name, version, release, platform_id, package: type }: Nvrpp): Generator<string> {
  const qualifiers = {
    ...(release !== DEFAULT_RELEASE && { release }),
    ...(platform_id !== DEFAULT_PLATFORM_ID && { platform_id }),
  }
  const slash = name.lastIndexOf('/')
  const namespace = slash === -1 ? undefined : name.slice(0, slash)
  yield write(type, namespace, name.slice(slash + 1), version, qualifiers)
  yield write(type, undefined, name, version, qualifiers)
  yield write(GENERIC, undefined, name, version, { ...qualifiers, package: type })
}

/** Empty when the rules of the type forbid it. */
function write(...parts: [string, string | undefined, string, string, Record<string, string>]): string {
  try {
    return new PackageURL(...parts, undefined).toString()
  } catch {
    return ''
  }
}

function isExact(url: string, nvrpp: Nvrpp): boolean {
  try {
    return nvrppKey(fromPackageUrl(url)) === nvrppKey(nvrpp)
  } catch {
    return false
  }
}

/**
 * The artifact that a package URL names, by the model's table: see `nvrppOfPackageUrl` there.
 *
 * @throws EprError INVALID_ARGUMENT for what is not a package URL, or has no version: an artifact has one
 */
export function fromPackageUrl(purl: string): Nvrpp {
  const parsed = nvrppSchema.safeParse(nvrppOfPackageUrl(parse(purl)))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`the package URL ${purl} names no artifact: its ${issue?.path.join('.')} ${issue?.message}`)
}

function parse(purl: string): PackageURL {
  try {
    return PackageURL.fromString(assertPackageName(purl))
  } catch (cause) {
    throw refuse(`${JSON.stringify(purl)} is not a package URL: ${(cause as Error).message}`, cause)
  }
}

function refuse(message: string, cause?: unknown): EprError {
  return new EprError('INVALID_ARGUMENT', message, { cause })
}
