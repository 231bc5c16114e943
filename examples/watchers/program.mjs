import { basename, dirname } from 'node:path'

/** What all of these programs do alike. */

const name = basename(dirname(process.argv[1] ?? 'watcher'))

/** The environment, without what is set to nothing: so shells and compose files leave what is not set. */
export const settings = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))

// Whoever starts one needs to know what is wrong, and not where in the program that was noticed.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
})
