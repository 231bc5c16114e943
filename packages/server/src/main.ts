import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { EprError } from '@epr/model'
import { watchNpm } from '@epr/model/node'
import { drawKey } from './access/key-text.js'
import { type App, startApp } from './app.js'
import {
  ConfigExit,
  isDebug,
  readConfig,
  readImportConfig,
  readKeyConfig,
  readRebuildConfig,
} from './config/config.js'
import { describeImport, runImport } from './import/import-command.js'
import { createLogger } from './logger.js'
import { createKeyInDatabase } from './open-access.js'
import { requestRebuild } from './projections/rebuild.js'

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
  watchNpm(process.env, stop)
}

/** What is where, and what to do with it, for who has started it by hand. */
const toBanner = ({ url, place }: App): string => `
  REST API   ${url}/api/v1/docs
  GraphQL    ${url}/api/v1/graphql
  Metrics    ${url}/metrics
  Data       ${place}
  Try        ${process.env.npm_command ? 'npx epr-cli' : 'epr-cli'} status --url ${url}

`

async function serve(args: readonly string[]): Promise<void> {
  const config = readConfig(args, process.env, version)
  const log = createLogger({ json: config.jsonLogging, debug: config.debug })
  const app = await startApp({ config, version, log })
  stopOnSignals(app)
  process.stdout.write(`EPR listening on ${app.url}\n`)
  if (!config.jsonLogging) process.stderr.write(toBanner(app))
}

async function importFrom(args: readonly string[]): Promise<void> {
  const importConfig = readImportConfig(args, process.env, version)
  const { jsonLogging, debug } = importConfig.config
  const result = await runImport(importConfig, createLogger({ json: jsonLogging, debug }))
  process.stdout.write(`${describeImport(result)}\n`)
}

const OUT_OF_FILES =
  'too many open files: raise the limit (ulimit -n, or LimitNOFILE of the service) to 1024 or more'

/** Of this process, or of the machine; the error itself or what is behind it. */
function isOutOfFiles(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: string; cause?: unknown }
  return code === 'EMFILE' || code === 'ENFILE' || (cause !== undefined && isOutOfFiles(cause))
}

/** A reader that goes, like `head`, has seen enough. */
function ignoreReadersThatGo(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** `epr-server key draw`, for EPR_ADMIN_KEY, and `epr-server key create`, for a database that has none. */
async function runKey([action, ...args]: readonly string[]): Promise<void> {
  if (action === 'draw') {
    process.stdout.write(`${drawKey().text}\n`)
    return
  }
  if (action !== 'create')
    throw new EprError(
      'INVALID_ARGUMENT',
      `epr-server key ${action ?? ''}: there are key create and key draw`,
    )
  const { config, ...key } = readKeyConfig(args, process.env, version)
  const log = createLogger({ json: config.jsonLogging, debug: config.debug })
  process.stdout.write(`${await createKeyInDatabase(config, key, log)}\n`)
}

async function rebuild(args: readonly string[]): Promise<void> {
  const config = readRebuildConfig(args, process.env, version)
  await requestRebuild(config, createLogger({ json: config.jsonLogging, debug: config.debug }))
  process.stdout.write('the server that leads makes the projections again, or does so when it is started\n')
}

/** The only place that catches, and the only one that ends the process. */
async function main(args: readonly string[]): Promise<void> {
  ignoreReadersThatGo()
  try {
    if (args[0] === 'import') await importFrom(args.slice(1))
    else if (args[0] === 'key') await runKey(args.slice(1))
    else if (args[0] === 'rebuild') await rebuild(args.slice(1))
    else await serve(args)
  } catch (error) {
    if (error instanceof ConfigExit) process.exit(error.exitCode)
    const isTold = error instanceof EprError && !isDebug(args, process.env)
    const message = isOutOfFiles(error)
      ? OUT_OF_FILES
      : isTold
        ? error.message
        : ((error as Error).stack ?? String(error))
    process.stderr.write(`epr-server: ${message}\n`)
    process.exit(error instanceof EprError && error.code === 'INVALID_ARGUMENT' ? 2 : 1)
  }
}

// Else the heap may grow to four times what is in use before anything is let go of: large answers are soon garbage.
setFlagsFromString('--heap-growing-percent=50')
await main(process.argv.slice(2))
