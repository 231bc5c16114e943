import {
  assertJsonDepth,
  assertPackageName,
  type JsonText,
  type Nvrpp,
  nvrppOfPackageUrl,
  toJsonText,
} from '@epr/model'
import { PackageURL } from 'packageurl-js'
import * as z from 'zod'
import { UsageError } from '../../exit/usage-error.js'
import { CYCLONEDX_VERSIONS, type CyclonedxVersion } from './cyclonedx.js'

/** A CycloneDX document, as far as it is looked at here. */
export interface SbomDocument {
  version: CyclonedxVersion
  /** What it says itself of the artifact. */
  nvrpp: Partial<Nvrpp>
  components: number
  json: JsonText
}

const text = z.string().trim().min(1).optional().catch(undefined)
const component = z.object({ group: text, name: text, version: text, purl: text })
const bom = z.object({
  bomFormat: z.unknown().optional(),
  spdxVersion: z.unknown().optional(),
  specVersion: z.unknown().optional(),
  metadata: z
    .object({ component: component.optional().catch(undefined) })
    .optional()
    .catch(undefined),
  components: z.array(z.unknown()).default([]).catch([]),
})

const SUPPORTED = CYCLONEDX_VERSIONS.join(', ')

function parse(name: string, source: string): z.infer<typeof bom> {
  if (/^\s*</.test(source)) {
    const hint = 'convert it: cyclonedx convert --input-file bom.xml --output-file bom.json'
    throw new UsageError(`${name} is XML; CycloneDX as JSON is needed: ${hint}`)
  }
  try {
    const parsed = bom.safeParse(JSON.parse(source))
    if (parsed.success) return parsed.data
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${(error as Error).message}`, error)
  }
  throw new UsageError(`${name} is not CycloneDX: it must be an object`)
}

/** The package URL knows most; what it lacks is taken from the names beside it. */
function toNvrpp({ group, name, version, purl }: z.infer<typeof component>): Partial<Nvrpp> {
  const named = {
    ...(name !== undefined && { name: group === undefined ? name : `${group}/${name}` }),
    ...(version !== undefined && { version }),
  }
  if (purl === undefined) return named
  try {
    return { ...named, ...nvrppOfPackageUrl(PackageURL.fromString(assertPackageName(purl))) }
  } catch {
    return named
  }
}

/** @throws UsageError for XML, for other formats, and for versions that no event receiver is there for */
export function readSbom(name: string, source: string): SbomDocument {
  const { bomFormat, spdxVersion, specVersion, metadata, components } = parse(name, source)
  if (bomFormat !== 'CycloneDX') {
    const what = spdxVersion === undefined ? 'no CycloneDX' : 'SPDX, and not CycloneDX'
    throw new UsageError(`${name} is ${what}: its bomFormat must be CycloneDX`)
  }
  const version = CYCLONEDX_VERSIONS.find((known) => known === specVersion)
  if (!version) {
    throw new UsageError(
      `${name} is CycloneDX ${JSON.stringify(specVersion)}; there are receivers for ${SUPPORTED}`,
    )
  }
  assertJsonDepth(source)
  const nvrpp = metadata?.component ? toNvrpp(metadata.component) : {}
  return { version, nvrpp, components: components.length, json: toJsonText(source) }
}
