import { EprError, type GateStatus, isRetryable, type ReceiverStatus, receiverLabel } from '@epr/model'
import { GateTimeoutError } from './errors.js'
import { toTimeoutMs } from './options.js'
import { startDeadline } from './retry/retry.js'
import { sleep } from './retry/sleep.js'

/** How long, and by whose leave, a gate is waited for. */
export interface WaitOptions {
  /** How long to wait at most, in milliseconds; then it rejects with a GateTimeoutError. `Infinity` for no end. @default 300000 */
  timeoutMs?: number | undefined
  /** Ends the waiting, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Called each time the state has been asked for, also when it has not changed. */
  onStatus?: ((status: GateStatus) => void) | undefined
  /** Called each time that the state could not be asked for, once it had been; the waiting goes on. */
  onError?: ((error: EprError) => void) | undefined
}

const FIRST_POLL_MS = 200
const LAST_POLL_MS = 2_000
const GROWTH = 1.4

/** What the latest event says beside its state. */
const toReason = ({ state, event_description: description }: ReceiverStatus): string =>
  state === 'failed' && description ? `${state}, ${description}` : state

function toTimeout(timeoutMs: number, status: GateStatus | undefined, cause: unknown): GateTimeoutError {
  const open = status?.receivers.filter(({ state }) => state !== 'passed') ?? []
  const details = open.map((receiver) => `event receiver ${receiverLabel(receiver)}: ${toReason(receiver)}`)
  const gate = status?.group_name === undefined ? 'the gate' : `the gate ${status.group_name}`
  const message = `${gate} did not open within ${timeoutMs} ms${status ? `: ${status.state}` : ''}`
  return new GateTimeoutError(message, { ...(details.length > 0 && { details }), status, cause })
}

/**
 * Asks until the gate is open: at first soon, then every two seconds. A question is one index look-up at the
 * server, and unlike the feed it also sees a disabled group and what happened before.
 */
export async function waitUntilOpen(
  ask: (signal: AbortSignal) => Promise<GateStatus>,
  { timeoutMs = 300_000, signal, onStatus, onError }: WaitOptions,
): Promise<GateStatus> {
  let status: GateStatus | undefined
  let cause: unknown
  const deadline = startDeadline(toTimeoutMs(timeoutMs), signal, () => toTimeout(timeoutMs, status, cause))
  try {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * GROWTH)) {
      deadline.signal.throwIfAborted()
      try {
        status = await ask(deadline.signal)
        onStatus?.(status)
      } catch (error) {
        // Who has once reached the gate waits on through a restart of the server; a wrong URL fails at once.
        if (!status || !(error instanceof EprError) || !isRetryable(error.code)) throw error
        cause = error
        onError?.(error)
      }
      if (status.state === 'open') return status
      await sleep(pollMs * (0.5 + Math.random() / 2), deadline.signal)
    }
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error
  } finally {
    deadline.end()
  }
}
