import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caller, waitFor } from '@epr/testkit'
import { expect } from 'vitest'
import type { FeedWorld } from './feed-world.js'

export const EXAMPLES = fileURLToPath(new URL('../../../../examples/watchers', import.meta.url))

export interface Example {
  readonly child: ChildProcess
  /** Where it keeps its cursor and its dead letters. */
  readonly state: string
  output(): string
}

/** The programs in `examples/watchers`, against the server of a world. */
export interface Examples {
  /** Starts a watcher, and waits until it knows where it begins. */
  start(name: string, env?: Record<string, string>): Promise<Example>
  /** Starts another program, which says when it is ready by what it prints. */
  startProgram(file: string, ready: RegExp, env?: Record<string, string>): Promise<Example>
  /** Stops all that run; each must end well. */
  stop(): Promise<void>
}

export function createExamples(world: FeedWorld): Examples {
  const children: ChildProcess[] = []
  let states = 0

  function spawnExample(file: string, env: Record<string, string>): Example {
    const state = join(world.directory, `state-${states++}`)
    const child = spawn(process.execPath, [join(EXAMPLES, file)], {
      env: {
        PATH: process.env.PATH,
        HOME: state,
        XDG_STATE_HOME: state,
        EPR_URL: world.server.url,
        ...caller.env,
        ...env,
      },
    })
    children.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk)
      })
    }
    return { child, state: join(state, 'epr'), output: () => output }
  }

  return {
    async start(name, env = {}) {
      const example = spawnExample(join(name, 'main.mjs'), env)
      await waitFor(name, () => existsSync(join(example.state, `${name}.cursor`)))
      return example
    },
    async startProgram(file, ready, env = {}) {
      const example = spawnExample(file, env)
      await waitFor(file, () => ready.test(example.output()))
      return example
    },
    async stop() {
      for (const child of children.splice(0)) {
        if (child.exitCode !== null) continue
        child.kill('SIGTERM')
        expect(await once(child, 'exit')).toEqual([0, null])
      }
    },
  }
}
