import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

export default defineConfig({
  ...packageBuild,
  // Apart is what the first view of the console has no use for.
  entry: { index: 'src/index.ts', 'infer-schema': 'src/infer-schema.ts', node: 'src/node/npm-parent.ts' },
  format: ['esm', 'cjs'],
})
