import { existsSync } from 'node:fs'

/**
 * The built worker: beside this code in `dist`. Run from source (by vitest), Node 20 cannot load the
 * TypeScript, and the last build's worker is taken.
 */
export function findWorkerFile(): URL {
  const beside = new URL('./worker.js', import.meta.url)
  if (existsSync(beside)) return beside
  const built = new URL('../../dist/worker.js', import.meta.url)
  if (existsSync(built)) return built
  throw new Error(`${built.pathname} is missing: build @epr/payload-schema first`)
}
