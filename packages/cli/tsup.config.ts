import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

const { resolve } = createRequire(import.meta.url)

/** The schemas of SBOMs are read at run time; the library that ships them is only needed to build. */
async function copySchemas(): Promise<void> {
  const directory = join(dirname(resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema')
  await mkdir('dist/cyclonedx', { recursive: true })
  for (const version of ['1.4', '1.5', '1.6', '1.7']) {
    const target = `dist/cyclonedx/bom-${version}.schema.json`
    await copyFile(join(directory, `bom-${version}.SNAPSHOT.schema.json`), target)
  }
}

// A program: it has no types to give, and its commands are chunks of their own, loaded when they are called.
export default defineConfig({
  ...packageBuild,
  dts: false,
  entry: ['src/main.ts'],
  format: ['esm'],
  onSuccess: copySchemas,
})
