import { type Client, type GateStatus, GateTimeoutError } from '@epr/client'
import type { Nvrpp } from '@epr/model'
import { CommandError } from '../exit/command-error.js'
import { EXIT } from '../exit/exit-code.js'
import { type NvrppRequest, toNvrpp } from '../objects/nvrpp.js'
import type { Context } from '../settings/context.js'

const EXIT_CODES: Record<GateStatus['state'], number> = {
  open: EXIT.ok,
  failed: EXIT.gateFailed,
  missing: EXIT.gateMissing,
}

const RECEIVER_FIELDS = ['event_receiver_id', 'state', 'event_id', 'since']

export interface StatusRequest extends NvrppRequest {
  id?: string | undefined
  /** How long to wait for it to open, in milliseconds. */
  wait?: number | undefined
}

interface Question {
  id: string
  nvrpp: Nvrpp
  waitMs: number | undefined
}

/** The status when it is open or the time is over. @throws CommandError when none has come by then */
async function ask({ groups }: Client, { id, nvrpp, waitMs }: Question) {
  if (waitMs === undefined) return { status: await groups.status(id, nvrpp), hasTimedOut: false }
  try {
    return { status: await groups.waitUntilOpen(id, nvrpp, { timeoutMs: waitMs }), hasTimedOut: false }
  } catch (error) {
    if (!(error instanceof GateTimeoutError)) throw error
    if (error.status) return { status: error.status, hasTimedOut: true }
    const problem = `the server has not said within ${waitMs} ms where the gate stands`
    throw new CommandError('TIMEOUT', `${problem}; try again, or give it longer with --wait`, {
      exitCode: EXIT.gateTimedOut,
      cause: error,
    })
  }
}

async function show({ output }: Context, status: GateStatus): Promise<undefined> {
  if (output.format !== 'table') return output.object(status)
  const { toTable, toCell } = await import('../output/table.js')
  const { style } = output
  const colour = { open: style.green, failed: style.red, missing: style.yellow }[status.state]
  const since = status.since === null ? '' : `, since ${toCell('since', status.since)}`
  const note = status.enabled ? '' : ' (the group is disabled: it sends no message)'
  output.line(
    `the gate is ${status.state === 'open' ? colour('open') : `closed: ${colour(status.state)}`}${since}${note}`,
  )
  output.line(toTable(status.receivers, RECEIVER_FIELDS, style, output.width))
}

/** Shows where an artifact stands at a gate. Gives what `if epr-cli group status …` switches on. */
export async function showGroupStatus(
  context: Context,
  { id = '', wait: waitMs, ...artifact }: StatusRequest,
): Promise<number> {
  const nvrpp = toNvrpp(artifact, { id })
  const client = await context.connect('ask')
  const { status, hasTimedOut } = await ask(client, { id, nvrpp, waitMs })
  await show(context, status)
  return hasTimedOut ? EXIT.gateTimedOut : EXIT_CODES[status.state]
}
