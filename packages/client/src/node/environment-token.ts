import type { TokenSource } from '../options.js'
import { jobToken } from './job-token.js'
import { tokenFile } from './token-file.js'

/**
 * The token that the environment has for a server, for the `token` of a client: `EPR_TOKEN`, the file of `EPR_TOKEN_FILE`, or that of the CI
 * job that this process is a part of, the first that there is.
 */
export function environmentToken(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): string | TokenSource | undefined {
  if (env.EPR_TOKEN) return env.EPR_TOKEN
  return env.EPR_TOKEN_FILE ? tokenFile(env.EPR_TOKEN_FILE) : jobToken(url, env)
}
