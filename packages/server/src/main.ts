import { readFileSync } from 'node:fs'
import { EprError } from '@epr/model'
import { type App, startApp } from './app.js'
import { ConfigExit, readConfig } from './config.js'
import { createLogger } from './logger.js'

const FORCED_EXIT_CODE = 130
const SAME_SIGNAL_MS = 1_000

/** Both `src/` and `dist/` lie beside the package's own description. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/**
 * Stops gracefully on the first signal; one that comes later does not wait. Not one that comes at once: Ctrl-C
 * under npm arrives twice, from the terminal and from npm.
 */
function stopOnSignals(app: App): void {
  let stoppingSince: number | undefined
  const stop = () => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(FORCED_EXIT_CODE)
      return
    }
    stoppingSince = performance.now()
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`epr-server: could not stop cleanly: ${(error as Error).message}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The only place that catches, and the only one that ends the process. */
async function main(): Promise<void> {
  let debug = false
  try {
    const config = readConfig(process.argv.slice(2), process.env, version)
    debug = config.debug
    const log = createLogger({ json: config.jsonLogging, debug: config.debug })
    const app = await startApp({ config, version, log })
    stopOnSignals(app)
    process.stdout.write(`EPR listening on ${app.url}\n`)
  } catch (error) {
    if (error instanceof ConfigExit) process.exit(error.exitCode)
    const message =
      error instanceof EprError && !debug ? error.message : ((error as Error).stack ?? String(error))
    process.stderr.write(`epr-server: ${message}\n`)
    process.exit(error instanceof EprError && error.code === 'INVALID_ARGUMENT' ? 2 : 1)
  }
}

await main()
