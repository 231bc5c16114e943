import type { TestProject } from 'vitest/node'
import { runServer } from './server-process.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** That of an admin, drawn for this run. */
    key: string
  }
}

/** One key for all servers of a run, and for all who call them. */
export async function setup(project: TestProject): Promise<void> {
  const { stdout } = await runServer({ args: ['key', 'draw'] })
  project.provide('key', stdout.trim())
}
