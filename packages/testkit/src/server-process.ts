import { fileURLToPath } from 'node:url'
import * as testing from '@epr/testing'
import { caller } from './caller.js'

export type { ServerProcess } from '@epr/testing'
export type ServerProcessOptions = Omit<testing.ServerProcessOptions, 'bin'>

const bin = fileURLToPath(new URL('../../server/bin/epr-server.mjs', import.meta.url))

/** Runs the built server to its end, for starts that fail. */
export const runServer = (options: ServerProcessOptions = {}) => testing.runServer({ ...options, bin })

/**
 * Starts the built server on a free port and waits until it says where it listens. In a run with a key it asks for that,
 * whatever the options say.
 */
export const startServer = ({ args = [], env = {}, ...options }: ServerProcessOptions = {}) =>
  testing.startServer({
    ...options,
    args: caller.key === undefined ? args : [...args, '--auth', 'required'],
    env: caller.key === undefined ? env : { ...env, EPR_ADMIN_KEY: caller.key },
    bin,
  })
