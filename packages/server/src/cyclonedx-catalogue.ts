import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { SchemaCatalogue } from '@epr/payload-schema'

const BASE = 'http://cyclonedx.org/schema/'

/** What the schemas of CycloneDX 1.4 to 1.7 refer to. */
const NAMES = ['spdx', 'jsf-0.82', 'cryptography-defs']

/**
 * The schemas that a receiver of CycloneDX BOMs refers to, as CycloneDX's library ships them; under their
 * published names and under those with `.SNAPSHOT`, which the schemas in its repository use.
 */
export function createCyclonedxCatalogue(): SchemaCatalogue {
  const { resolve } = createRequire(import.meta.url)
  const directory = join(dirname(resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema')
  const documents = new Map<string, unknown>()
  for (const name of NAMES) {
    const document: unknown = JSON.parse(
      readFileSync(join(directory, `${name}.SNAPSHOT.schema.json`), 'utf8'),
    )
    documents.set(`${BASE}${name}.schema.json`, document)
    documents.set(`${BASE}${name}.SNAPSHOT.schema.json`, document)
  }
  return { documents }
}
