import { readFile } from 'node:fs/promises'
import { toJsonText } from '@epr/model'
import type { ReceiverObject } from '../../objects/install-receivers.js'

/** The versions of CycloneDX for which there are event receivers; older ones are JSON Schemas of another kind. */
export const CYCLONEDX_VERSIONS = ['1.4', '1.5', '1.6', '1.7'] as const
export type CyclonedxVersion = (typeof CYCLONEDX_VERSIONS)[number]

/** The event receiver of a version, with the schema that CycloneDX's own library ships: the build puts it beside this. */
export async function readCyclonedxReceiver(version: CyclonedxVersion): Promise<ReceiverObject> {
  const file = new URL(`./cyclonedx/bom-${version}.schema.json`, import.meta.url)
  return {
    name: 'cyclonedx-bom',
    type: 'org.cyclonedx.bom',
    version,
    description: `an SBOM in CycloneDX ${version}`,
    schema: toJsonText(await readFile(file, 'utf8')),
  }
}
