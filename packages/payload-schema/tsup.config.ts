import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

export default defineConfig({
  ...packageBuild,
  // The worker is the file that a thread is started with, beside the code that starts it.
  entry: { index: 'src/index.ts', worker: 'src/worker/worker.ts' },
  format: ['esm'],
})
