import { type Client, type GateStatus, NetworkError } from '@epr/client'
import { EprError, type Nvrpp } from '@epr/model'
import { EXIT } from '../exit/exit-code.js'
import { WaitTimeout } from '../exit/wait-timeout.js'
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

/** The status when it is open or the time is over. @throws WaitTimeout when none has come by then */
async function ask({ groups }: Client, { id, nvrpp, waitMs }: Question) {
  if (waitMs === undefined) return { status: await groups.status(id, nvrpp), hasTimedOut: false }
  let status: GateStatus | undefined
  try {
    const onStatus = (news: GateStatus) => {
      status = news
    }
    return {
      status: await groups.waitUntilOpen(id, nvrpp, { timeoutMs: waitMs, onStatus }),
      hasTimedOut: false,
    }
  } catch (error) {
    const hasTimedOut =
      error instanceof EprError && error.code === 'TIMEOUT' && !(error instanceof NetworkError)
    if (!hasTimedOut) throw error
    if (!status) throw new WaitTimeout(waitMs, error)
    return { status, hasTimedOut }
  }
}

async function show({ output }: Context, status: GateStatus): Promise<undefined> {
  if (output.format !== 'table') return output.object(status)
  const { toTable, toCell } = await import('../output/table.js')
  const { style } = output
  const colour = { open: style.green, failed: style.red, missing: style.yellow }[status.state]
  const since = status.since === null ? '' : `, since ${toCell('since', status.since)}`
  const note = status.enabled ? '' : ' (the group is disabled: it tells nobody)'
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
  const client = await context.connect()
  const { status, hasTimedOut } = await ask(client, { id, nvrpp, waitMs })
  await show(context, status)
  return hasTimedOut ? EXIT.gateTimedOut : EXIT_CODES[status.state]
}
