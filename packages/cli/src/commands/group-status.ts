import { type Client, type GateStatus, GateTimeoutError, type WaitOptions } from '@epr/client'
import { explainStatus, type Nvrpp, toPlainLine } from '@epr/model'
import { CommandError } from '../exit/command-error.js'
import { EXIT } from '../exit/exit-code.js'
import { assertOne, GROUP_NAMES, toId } from '../objects/by-name.js'
import { type NvrppRequest, toNvrpp } from '../objects/nvrpp.js'
import type { Row } from '../output/table.js'
import type { Context } from '../settings/context.js'

const EXIT_CODES: Record<GateStatus['state'], number> = {
  open: EXIT.ok,
  failed: EXIT.gateFailed,
  missing: EXIT.gateMissing,
}

export interface StatusRequest extends NvrppRequest {
  id?: string | undefined
  /** Its name, in place of the id. */
  group?: string | undefined
  /** How long to wait for it to open, in milliseconds. */
  wait?: number | undefined
}

interface Question {
  id: string
  nvrpp: Nvrpp
  waitMs: number | undefined
  notice: Pick<WaitOptions, 'onStatus' | 'onError'>
}

/** The status when it is open or the time is over. @throws CommandError when none has come by then */
async function ask({ groups }: Client, { id, nvrpp, waitMs, notice }: Question) {
  if (waitMs === undefined) return { status: await groups.status(id, nvrpp), hasTimedOut: false }
  try {
    return {
      status: await groups.waitUntilOpen(id, nvrpp, { timeoutMs: waitMs, ...notice }),
      hasTimedOut: false,
    }
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

/** A receiver as a row: by its name, its id and the event's at the end, where there is room for them. */
function toRow(receiver: GateStatus['receivers'][number]): Row {
  const { event_receiver_id, event_receiver_name: name, event_receiver_version: version } = receiver
  const { state, event_description: description, since, event_id, actor } = receiver
  const called = name === undefined ? event_receiver_id : `${name}@${version}`
  return { receiver: called, state, description, since, actor, event_id, event_receiver_id }
}

const FIELDS = ['receiver', 'state', 'description', 'since', 'actor', 'event_id', 'event_receiver_id']
/** Two ids and a table beside them. */
const WIDE = 150

async function show({ output }: Context, status: GateStatus): Promise<undefined> {
  if (output.format !== 'table') return output.object(status)
  const { toTable } = await import('../output/table.js')
  const { style, width } = output
  const colour = { open: style.green, failed: style.red, missing: style.yellow }[status.state]
  const note = status.enabled ? '' : ' (the group is disabled: it sends no message)'
  const sentence = colour(toPlainLine(explainStatus(status, Date.now())))
  output.line(`${style.bold(toPlainLine(toGateName(status)))} · ${sentence}${note}`)
  const wide = width === undefined || width >= WIDE ? FIELDS : FIELDS.slice(0, -1)
  const isKnown = status.receivers.some(({ actor }) => actor)
  const fields = isKnown ? wide : wide.filter((field) => field !== 'actor')
  output.line(toTable(status.receivers.map(toRow), fields, style, { width, mayDrop: true }))
}

function toGateName({ group_id, group_name: name, group_version: version }: GateStatus): string {
  return name === undefined ? group_id : `${name}@${version}`
}

/** Says on stderr what is waited for, once for each change. */
function createWaitNotice({ stderr }: Context): Required<Pick<WaitOptions, 'onStatus' | 'onError'>> {
  let last = ''
  const say = (text: string) => {
    if (text === last) return
    last = text
    stderr.write(`epr-cli: ${toPlainLine(text)}\n`)
  }
  return {
    onStatus(status) {
      if (status.state === 'open') return
      const lacking = status.receivers.filter(({ state }) => state !== 'passed')
      say(`waiting for ${lacking.map((each) => `${toReceiverName(each)}: ${each.state}`).join('; ')}`)
    },
    onError: (error) => say(`${error.message}; waiting on`),
  }
}

const toReceiverName = (receiver: GateStatus['receivers'][number]): string =>
  receiver.event_receiver_name ?? receiver.event_receiver_id

/** Shows where an artifact stands at a gate. Gives what `if epr-cli group status …` switches on. */
export async function showGroupStatus(
  context: Context,
  { id: typed, group, wait: waitMs, ...artifact }: StatusRequest,
): Promise<number> {
  const named = { id: typed, group }
  if (typed !== undefined && group !== undefined) assertOne(GROUP_NAMES, named)
  const nvrpp = toNvrpp(artifact, { id: typed ?? group })
  const client = await context.connect('ask')
  const id = await toId(GROUP_NAMES, named, client.groups)
  const { status, hasTimedOut } = await ask(client, { id, nvrpp, waitMs, notice: createWaitNotice(context) })
  await show(context, status)
  return hasTimedOut ? EXIT.gateTimedOut : EXIT_CODES[status.state]
}
