import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, type ServerProcessOptions, startServer } from '@epr/testkit'

/** A built server on a database of its own. */
export interface TestServer extends ServerProcess {
  /** Stops the server and removes its data. */
  close(): Promise<void>
}

export async function startTestServer(options: ServerProcessOptions = {}): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'epr-client-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    const server = await startServer({
      ...options,
      args: ['--db', join(directory, 'db'), ...(options.args ?? [])],
    })
    return {
      ...server,
      async close() {
        if (server.process.exitCode === null) await server.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
