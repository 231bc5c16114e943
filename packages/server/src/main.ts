import { readFileSync } from 'node:fs'
import { EprError } from '@epr/model'
import { type App, startApp } from './app.js'
import { ConfigExit, readConfig } from './config.js'
import { createLogger } from './logger.js'

const FORCED_EXIT_CODE = 130

/** Both `src/` and `dist/` lie beside the package's own description. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Stops gracefully on the first signal; a second one does not wait. */
function stopOnSignals(app: App): void {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(FORCED_EXIT_CODE)
    stopping = true
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
