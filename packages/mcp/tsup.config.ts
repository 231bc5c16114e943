import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

// A program: it has no types to give.
export default defineConfig({ ...packageBuild, dts: false, entry: ['src/main.ts'], format: ['esm'] })
