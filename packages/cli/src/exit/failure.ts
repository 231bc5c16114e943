import { EprError, type ErrorCode, toPlainLine } from '@epr/model'
import type { CommanderError } from 'commander'
import { CommandError } from './command-error.js'
import { EXIT, exitCodeOf } from './exit-code.js'

interface Teller {
  args: readonly string[]
  env: NodeJS.ProcessEnv
  stderr: { write(text: string): unknown }
}

/** How to mend a call to the server, where the message alone does not say so. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'epr-cli login, or set EPR_TOKEN or EPR_TOKEN_FILE to a key',
  PERMISSION_DENIED: 'use a key that may do this; epr-cli whoami shows what this one may',
  UNAVAILABLE: 'is the server running there? --url or EPR_URL says where it is',
  TIMEOUT: 'try again, or give it longer with --timeout',
  RATE_LIMITED: 'try again later',
  PAYLOAD_TOO_LARGE: 'the server takes more with --max-body-bytes',
  GONE: 'start again without --after',
}

/** What other programs call it, and how it is called here. */
const SYNONYMS: readonly (readonly [words: string, meant: string])[] = [
  ['list ls find query filter', 'search finds all there are'],
  ['show describe inspect view read cat', 'get shows one'],
  ['add new post send insert', 'create makes one'],
  ['apply import load', 'generate creates all that a file holds'],
  ['edit update patch set enable disable', 'group modify enables or disables a group'],
  ['follow tail stream listen subscribe messages', 'watch follows the messages'],
  ['info health ping doctor', 'status shows what the server says of itself'],
  ['exec wrap', 'run runs a command and records how it went'],
  ['gate gates', 'a gate is a group: group status shows where an artifact stands'],
  ['events', 'the command is event'],
  ['receivers', 'the command is receiver'],
  ['groups', 'the command is group'],
  ['auth signin', 'the command is login'],
  ['keys token tokens', 'the command is key'],
  ['policy policies rights', 'policies are put by access apply, and taken away by access delete'],
  ['remove rm', 'keys and sessions are revoked, policies and issuers deleted: by key, session and access'],
  ['config configure context', 'there is a file of settings: --config says where'],
  ['completion completions open', 'there is no such command'],
]

/** Commands that are nearly the same letters commander finds itself. */
function meantBy(problem: string): string | undefined {
  const [, word] = /^unknown command '([^']*)'/.exec(problem) ?? []
  return SYNONYMS.find(([words]) => word !== undefined && words.split(' ').includes(word))?.[1]
}

/** What commander says of a command line, and whose help says more. */
export class CommandLineError extends Error {
  constructor(
    override readonly cause: CommanderError,
    /** `event create`; nothing for the program itself. */
    readonly command: string,
  ) {
    super(cause.message)
  }
}

/** Commander has asked for the end of the program: after a help text, or because of a mistake. */
function toCommanderExit({ cause: error, command }: CommandLineError, { stderr }: Teller): number {
  if (error.exitCode === 0) return EXIT.ok
  if (error.code === 'commander.help') return EXIT.usage
  // What stands behind a misspelt --token may be one.
  const said = error.message.replace(/^error: /, '').replace(/(unknown option '[^'=]*)=[^']*'/, "$1'")
  const text = toPlainLine(said.replace(' is invalid. ', ' is invalid: ').replace(/\.$/, ''))
  const meant = text.includes('Did you mean') ? undefined : meantBy(text)
  const help = ['see epr-cli', command, '--help'].filter(Boolean).join(' ')
  stderr.write(`epr-cli: ${[text, meant, help].filter(Boolean).join('; ')}\n`)
  return EXIT.usage
}

/** How to mend a call; where the server is, is only in question when there was no connection. */
function hintOf(error: EprError): string | undefined {
  // The class itself is in the SDK, which a command that fails without it does not load.
  const isElsewhere = error.code === 'UNAVAILABLE' && 'phase' in error && error.phase !== 'connect'
  return isElsewhere ? undefined : HINTS[error.code]
}

/** What is wrong, in one line: all details, when the message does not name them already. */
export function toProblem(error: EprError): string {
  const details = error.details.filter((detail) => !error.message.includes(detail))
  const hint = error instanceof CommandError ? undefined : hintOf(error)
  return toPlainLine([[error.message, ...details].join('; '), hint].filter(Boolean).join('; '))
}

/** Says on stderr, in one line, why the command has failed. Gives the exit code. */
export function tellFailure(error: unknown, teller: Teller): number {
  if (error instanceof CommandLineError) return toCommanderExit(error, teller)
  const { args, env, stderr } = teller
  const isDebug = args.includes('--debug') || ['1', 'true'].includes(env.EPR_DEBUG ?? '')
  if (error instanceof EprError) stderr.write(`epr-cli: ${toProblem(error)}\n`)
  else stderr.write(`epr-cli: ${toPlainLine(String(error))}; run it again with --debug to see where\n`)
  if (isDebug && error instanceof Error) stderr.write(`${error.stack}\n${toCauses(error)}`)
  if (!(error instanceof EprError)) return EXIT.failed
  return (error instanceof CommandError ? error.exitCode : undefined) ?? exitCodeOf(error.code)
}

function toCauses({ cause }: Error): string {
  return cause instanceof Error ? `caused by ${cause.stack}\n${toCauses(cause)}` : ''
}
