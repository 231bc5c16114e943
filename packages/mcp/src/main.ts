import { readFileSync } from 'node:fs'
import { ApiError, createClient } from '@epr/client'
import { environmentDispatcher } from '@epr/client/node'
import { createMcpServer } from '@epr/mcp-tools'
import { EprError } from '@epr/model'
import { watchNpm } from '@epr/model/node'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { HELP, readConfig } from './config.js'

/** Both `src/` and `dist/` lie beside the package's own description. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Without user and password. */
function toShownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`
}

/** stdout is the protocol's. */
function log(text: string): void {
  process.stderr.write(`epr-mcp: ${text}\n`)
}

/** What the user has to do, who alone can start this program otherwise. */
const HINTS = {
  UNAUTHENTICATED: 'The user must start epr-mcp with a valid EPR_TOKEN or EPR_TOKEN_FILE.',
  PERMISSION_DENIED: 'The user must start epr-mcp with an EPR_TOKEN or EPR_TOKEN_FILE that may do this.',
  PAYLOAD_TOO_LARGE: 'Send less, or have the server accept more with --max-body-bytes.',
  UNAVAILABLE: 'The user must start the EPR server, or set EPR_URL to where it is; then call again.',
}

async function serve(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env)
  if (config === 'help' || config === 'version') {
    process.stdout.write(config === 'help' ? HELP : `${version}\n`)
    return
  }
  const { url, token, allowWrite } = config
  // A file without one is to be said here, and not by the first tool. Of a job's it is not known yet whether the server wants it.
  if (typeof token === 'object' && !token.isDetected) await token.get()
  const dispatcher = await environmentDispatcher(url, process.env)
  const client = createClient({ url, token, ...(dispatcher && { dispatcher }) })
  log(`${version}, for ${toShownUrl(url)}, ${allowWrite ? 'reading and writing' : 'reading only'}`)
  // Who has killed npx has meant this.
  watchNpm(process.env, () => process.exit())
  const options = {
    registry: client,
    version,
    creates: allowWrite ? (['event', 'receiver', 'group'] as const) : [],
    hints: HINTS,
    isQuoting: (error: EprError) => error instanceof ApiError,
    log,
  }
  serveStdio(() => createMcpServer(options), { onerror: (error) => log(error.message) })
}

// A reader that goes, like head, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await serve()
} catch (error) {
  log(error instanceof EprError ? error.message : String(error))
  process.exitCode = error instanceof EprError ? 2 : 1
}
