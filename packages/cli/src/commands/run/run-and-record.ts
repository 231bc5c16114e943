import { EprError, fromJsonText, type JsonText, MAX_FIELD_LENGTH, memberTexts, toJsonText } from '@epr/model'
import { EXIT } from '../../exit/exit-code.js'
import { toProblem } from '../../exit/failure.js'
import { UsageError } from '../../exit/usage-error.js'
import { readObjectFlag } from '../../input/input.js'
import { flagOf, resolveReceivers, withNames } from '../../objects/by-name.js'
import { assertChecked, checkObject, KINDS } from '../../objects/kinds.js'
import { type NvrppRequest, toNvrpp } from '../../objects/nvrpp.js'
import { shellQuote } from '../../objects/shell-quote.js'
import type { Context } from '../../settings/context.js'
import { outliveToken } from './outlive-token.js'
import { type Outcome, runCommand } from './run-command.js'

/** As it could be typed again. */
function toCommandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuote(word))).join(' ')
}

/** A command line of any length fits into a description, which has an end; the payload has it whole. */
function toDescription(commandLine: string): string {
  const characters = [...commandLine.replaceAll('\0', '')]
  if (characters.length <= MAX_FIELD_LENGTH) return characters.join('')
  return `${characters.slice(0, MAX_FIELD_LENGTH - 1).join('')}…`
}

/** What was measured stands, whatever else --payload says. */
function toPayload(command: string, outcome: Outcome, more: JsonText | undefined): JsonText {
  const { exitCode, startedAt, finishedAt, durationMs } = outcome
  const measured = {
    command,
    exit_code: exitCode,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    duration_ms: durationMs,
  }
  const members = new Map(Object.entries(measured).map(([key, value]) => [key, JSON.stringify(value)]))
  for (const [key, text] of more === undefined ? [] : memberTexts(fromJsonText(more))) {
    if (!members.has(key)) members.set(key, text)
  }
  return toJsonText(`{${[...members].map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`)
}

export interface RunRequest extends NvrppRequest {
  event_receiver_id?: string | undefined
  /** Its name, in place of the id. */
  receiver?: string | undefined
  description?: string | undefined
  /** JSON, YAML or `@file`. */
  payload?: string | undefined
  /** Whether it fails when nothing could be recorded. */
  strict?: boolean | undefined
}

/**
 * Runs a command and records how it went. The exit code is the command's own, also when nothing could be
 * recorded: a registry that is away must not break a build, unless the record is what the build is for (`strict`).
 */
export async function runAndRecord(
  context: Context,
  { event_receiver_id, receiver, description, payload, strict: isStrict = false, ...artifact }: RunRequest,
  words: string[],
): Promise<number | undefined> {
  const named = withNames({ event_receiver_id }, { receiver })
  const nvrpp = toNvrpp(artifact, named)
  const command = toCommandLine(words)
  // The command's stdin is its own.
  if (payload === '@-' || payload === '-')
    throw new UsageError('--payload cannot be read from stdin, which the command reads')
  const more = payload === undefined ? undefined : await readObjectFlag('--payload', payload, context.stdin)
  const fields = {
    ...nvrpp,
    description: description ?? toDescription(command),
    ...named,
  }
  const toEvent = (outcome: Outcome) =>
    assertChecked(
      checkObject(
        KINDS.event,
        { ...fields, success: outcome.exitCode === 0 },
        toPayload(command, outcome, more),
        flagOf,
      ),
    )
  const client = await context.connect('record')
  const now = new Date()
  // Whatever cannot be recorded is said before the command runs, not after.
  const rehearsed = toEvent({ exitCode: 0, startedAt: now, finishedAt: now, durationMs: 0 })
  if (context.settings.dryRun) return context.output.object(rehearsed, 4)

  const ended = new AbortController()
  const lasting = outliveToken(client, context, ended.signal)
  const outcome = await runCommand(words, context.stdin)
  ended.abort()
  if (outcome.problem !== undefined) context.stderr.write(`epr-cli: ${outcome.problem}\n`)
  try {
    const recorder = await lasting
    const id = await resolveReceivers({ receiver }, recorder.receivers)
    await KINDS.event.create(recorder, { ...toEvent(outcome), ...id })
  } catch (error) {
    const reason = error instanceof EprError ? toProblem(error) : String(error)
    const what = `"${command}" ended with ${outcome.exitCode}`
    const prefix = isStrict ? 'epr-cli:' : 'epr-cli: warning:'
    context.stderr.write(`${prefix} not recorded that ${toDescription(what)}: ${reason}\n`)
    if (isStrict) return EXIT.notRecorded
  }
  return outcome.exitCode
}
