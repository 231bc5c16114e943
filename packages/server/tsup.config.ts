import { cp } from 'node:fs/promises'
import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

export default defineConfig({
  ...packageBuild,
  entry: {
    main: 'src/main.ts',
    index: 'src/index.ts',
    'payload-schema-worker': 'src/registry/payload-schema/payload-schema-worker.ts',
  },
  format: ['esm'],
  onSuccess: () => cp('src/storage/migrations', 'dist/migrations', { recursive: true }),
})
