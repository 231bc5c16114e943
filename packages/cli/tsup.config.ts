import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

// A program: it has no types to give, and its commands are chunks of their own, loaded when they are called.
export default defineConfig({ ...packageBuild, dts: false, entry: ['src/main.ts'], format: ['esm'] })
