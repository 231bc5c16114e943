import { defineConfig } from 'tsup'
import { packageBuild } from '../tsup.config.base'

export default defineConfig({
  ...packageBuild,
  dts: false,
  entry: [
    'src/main.ts',
    'src/load-process.ts',
    'src/insert-process.ts',
    'src/plain-server-process.ts',
    'src/mixed-process.ts',
    'src/asking-process.ts',
    'src/console-process.ts',
  ],
  format: ['esm'],
})
