// The process that the tests of the embedded PostgreSQL kill: starts, says how it went in one line of JSON,
// and stops at the end of its stdin.
import { EprError } from '@epr/model'
import { startEmbeddedPostgres } from '../src/embedded-postgres.js'

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

try {
  const postgres = await startEmbeddedPostgres({ directory: process.argv[2] ?? '', log })
  say({ connection: postgres.connection })
  process.stdin.resume().once('end', () => {
    postgres.stop().then(
      () => say({ stopped: true }),
      (error: unknown) => say({ failure: String(error) }),
    )
  })
} catch (error) {
  if (!(error instanceof EprError)) throw error
  say({ code: error.code, message: error.message })
  process.exitCode = 1
}
