import type { Options } from 'tsup'

/**
 * One build for every package, so that leaving tsup (unmaintained) is one change.
 * Workspace packages are dependencies and therefore never bundled into one another:
 * there is exactly one `EprError` class in a process.
 */
export const packageBuild: Options = {
  clean: true,
  target: 'node20',
  sourcemap: true,
  splitting: true,
  treeshake: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
}
