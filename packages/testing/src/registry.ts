import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startServer } from './server-process.js'

/** A registry for a test. */
export interface TestRegistry {
  readonly url: string
  /** Stops it and removes its data, unless it ran already. */
  stop(): Promise<void>
}

export interface TestRegistryOptions {
  /** Where a registry runs already: nothing is started then. @default none */
  url?: string | undefined
  /** Further arguments of `epr-server`. */
  args?: readonly string[]
}

/** The launcher of `@epr/server`, which is installed beside the tests. */
function findLauncher(): string {
  const require = createRequire(join(process.cwd(), 'a-test.js'))
  try {
    return join(dirname(require.resolve('@epr/server')), '..', 'bin', 'epr-server.mjs')
  } catch (cause) {
    throw new Error('startRegistry needs @epr/server: install it as a devDependency, or give a url', {
      cause,
    })
  }
}

/** Starts `epr-server` with a database of its own, on a free port; or takes one that runs already. */
export async function startRegistry({ url, args = [] }: TestRegistryOptions = {}): Promise<TestRegistry> {
  if (url !== undefined) return { url, stop: async () => undefined }
  const bin = findLauncher()
  const directory = await mkdtemp(join(tmpdir(), 'epr-testing-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    const server = await startServer({ bin, args: ['--db', join(directory, 'db'), ...args] })
    return {
      url: server.url,
      async stop() {
        await server.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
