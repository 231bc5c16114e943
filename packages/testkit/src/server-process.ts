import { fileURLToPath } from 'node:url'
import * as testing from '@epr/testing'
import { caller } from './caller.js'

export type { ServerProcess } from '@epr/testing'
/** `bin` names another launcher than that of the built server. */
export type ServerProcessOptions = Omit<testing.ServerProcessOptions, 'bin'> & { bin?: string }

const bin = fileURLToPath(new URL('../../server/bin/epr-server.mjs', import.meta.url))

/** Runs the built server to its end, for starts that fail. */
export const runServer = (options: ServerProcessOptions = {}) => testing.runServer({ bin, ...options })

/**
 * Starts the built server on a free port and waits until it says where it listens. In a run with a key it asks for that,
 * whatever the options say.
 */
export const startServer = ({ args = [], env = {}, ...options }: ServerProcessOptions = {}) =>
  testing.startServer({
    bin,
    ...options,
    args: caller.key === undefined ? args : [...args, '--auth', 'required'],
    env: caller.key === undefined ? env : { ...env, EPR_ADMIN_KEY: caller.key },
  })
