import { parseArgs } from 'node:util'
import type { TokenSource } from '@epr/client'
import { environmentToken, tokenFile } from '@epr/client/node'
import { EprError } from '@epr/model'

/** The program's settings; a flag beats the environment. */
export interface Config {
  url: string
  token: string | TokenSource | undefined
  /** Whether there are tools that create. */
  allowWrite: boolean
}

export const HELP = `Usage: epr-mcp [options]

Lets an assistant read an EPR server, through the Model Context Protocol on stdin and stdout.

Options:
  --url <url>          where the server is (EPR_URL, default http://localhost:8042)
  --token <token>      sent as bearer token (EPR_TOKEN)
  --token-file <file>  holds the token, read again when it changes (EPR_TOKEN_FILE)
  --allow-write        also tools that create events, event receivers and groups
  --version            print the version
  --help               print this
`

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  'token-file': { type: 'string' },
  'allow-write': { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** What the arguments ask for: to serve, or to print and end. @throws EprError INVALID_ARGUMENT, which shows no value */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | 'help' | 'version' {
  const values = parse(args)
  if (values.help) return 'help'
  if (values.version) return 'version'
  const url = values.url ?? (env.EPR_URL || 'http://localhost:8042')
  const file = values['token-file']
  return {
    url,
    token: values.token ?? (file === undefined ? environmentToken(url, env) : tokenFile(file)),
    allowWrite: values['allow-write'] ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (cause) {
    // Node's text would repeat the argument, which may be a token in the wrong place.
    const known = Object.keys(OPTIONS).map((name) => `--${name}`)
    const problem = `an argument is not known or lacks its value: there are ${known.join(', ')}`
    throw new EprError('INVALID_ARGUMENT', problem, { cause })
  }
}
