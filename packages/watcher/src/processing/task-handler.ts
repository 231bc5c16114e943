import { type Actor, EprError, type GateChange, type Message } from '@epr/model'
import { whenAborted } from '../abort.js'
import type { Log } from '../log.js'
import type { Origin } from '../source-record.js'
import type { Deadlines } from './deadlines.js'

/** What a handler gets beside the message. */
export interface TaskContext {
  /** The same on every delivery and attempt of one message: what to recognise repeats by. */
  readonly id: string
  /** 1 at first. */
  readonly attempt: number
  /** Aborted at the deadline, and when the watcher stops or loses the message to another one. */
  readonly signal: AbortSignal
  /** Of the completion of a group: whether its gate has opened with it. Undefined for all else, and where no server says so. */
  readonly gate: GateChange | undefined
  /**
   * Who recorded the event, or created or switched what the message is about. Null when nobody was asked, undefined where no
   * server says so; from Kafka without a label.
   */
  readonly actor: Actor | null | undefined
  /** Where the message stood. */
  readonly origin: Origin
  /**
   * Where the whole event is to be had, when the payload was too large for the broker and is null here: a path
   * on the registry (the CloudEvents extension `dataref`).
   */
  readonly dataRef: string | undefined
  /** The watcher's own. */
  readonly log: Log
}

/** Does the work. What it throws counts as a failed attempt; {@link NotRetryableError} as the last one. */
export type TaskHandler<M extends Message = Message> = (
  message: M,
  context: TaskContext,
) => Promise<unknown> | unknown

/** How long a handler that was aborted has to end before it is given up. */
const ABORT_GRACE_MS = 1_000

export type AttemptResult = { ok: true } | { ok: false; error: unknown }

const OK: AttemptResult = { ok: true }

export interface Attempt {
  /** @param getSignal makes the signal when it is asked for: most handlers never do */
  run(getSignal: () => AbortSignal): unknown
  deadlines: Deadlines
  timeoutMs: number
  /** Ends the attempt early. */
  abort: AbortSignal
}

/**
 * Makes one attempt. It ends for certain: a handler that neither ends at its deadline nor heeds its signal is left
 * to itself.
 */
export function makeAttempt({ run, deadlines, timeoutMs, abort }: Attempt): Promise<AttemptResult> {
  return new Promise((resolve) => {
    let controller: AbortController | undefined
    let ended: { reason: unknown } | undefined
    let grace: NodeJS.Timeout | undefined

    function end(reason: unknown): void {
      if (ended) return
      ended = { reason }
      grace = setTimeout(() => settle({ ok: false, error: reason }), ABORT_GRACE_MS)
      controller?.abort(reason)
    }
    function getSignal(): AbortSignal {
      controller ??= new AbortController()
      if (ended) controller.abort(ended.reason)
      return controller.signal
    }
    const callOff = deadlines.start(() => {
      end(new EprError('TIMEOUT', `the handler took longer than ${timeoutMs} ms`))
    })
    const letGo = whenAborted(abort, () => end(abort.reason))
    function settle(result: AttemptResult): void {
      callOff()
      if (grace) clearTimeout(grace)
      letGo()
      resolve(result)
    }
    // What it throws after its abort is most often only that abort: the reason says more.
    const fail = (error: unknown) => settle({ ok: false, error: ended ? ended.reason : error })
    try {
      void Promise.resolve(run(getSignal)).then(() => settle(OK), fail)
    } catch (error) {
      fail(error)
    }
  })
}
