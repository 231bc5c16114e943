import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneDatabase } from './database.js'
import { type ServerProcess, type ServerProcessOptions, startServer } from './server-process.js'

/** A built server on a database of its own. */
export interface TestServer extends ServerProcess {
  /** What it was started with as `--db`, for another server on the same data. */
  readonly db: string
  /** For files of the test. */
  readonly directory: string
  /** Stops the server, and removes its database and the directory. */
  close(): Promise<void>
}

/** Starts the built server on a clone of the template database, in a second less than on a new directory. */
export async function startTestServer(options: ServerProcessOptions = {}): Promise<TestServer> {
  const database = await cloneDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'epr-test-'))
  const remove = async () => {
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const server = await startServer({ ...options, args: ['--db', database.url, ...(options.args ?? [])] })
    return {
      ...server,
      db: database.url,
      directory,
      async close() {
        if (server.process.exitCode === null && server.process.signalCode === null) await server.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
