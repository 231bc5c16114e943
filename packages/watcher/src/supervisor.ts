import { ApiError, backoffMs, sleep } from '@epr/client'
import { EprError, isRetryable } from '@epr/model'
import { describeError, WatcherError } from './errors.js'
import type { Log } from './log.js'

export interface SupervisorOptions {
  /** One connection's life. It resolves only after `stop`; otherwise it rejects. */
  session(onReady: () => void): Promise<void>
  stop: AbortSignal
  /** How long nothing may have worked before it gives up. */
  giveUpAfterMs: number
  onRestart(): void
  log: Log
  now?: () => number
  pause?: typeof sleep
}

const BACKOFF = { initialDelayMs: 250, maxDelayMs: 15_000 }
/** A session that was ready for this long has worked, whatever ended it. */
const HEALTHY_MS = 30_000

/** What waiting may heal: what fails at the server, and what is not an EprError, which comes from a broker or a socket. */
const canHeal = (error: unknown): boolean =>
  !(error instanceof EprError) ||
  isRetryable(error.code) ||
  (error instanceof ApiError && error.code === 'INTERNAL')

/**
 * Begins session after session, with growing pauses, until `stop` is aborted.
 *
 * @throws the error that waiting cannot heal; WatcherError UNAVAILABLE after `giveUpAfterMs` of failures
 */
export async function supervise(options: SupervisorOptions): Promise<void> {
  const { session, stop, giveUpAfterMs, onRestart, log, now = Date.now, pause = sleep } = options
  let failures = 0
  let failingSince = now()
  while (!stop.aborted) {
    let readyAt: number | undefined
    try {
      await session(() => {
        readyAt ??= now()
        if (failures > 0)
          log.info({ failures, awayMs: now() - failingSince }, 'the source is connected again')
      })
      return
    } catch (error) {
      if (stop.aborted) return
      if (!canHeal(error)) throw error
      if (readyAt !== undefined && now() - readyAt >= HEALTHY_MS) failures = 0
      if (failures++ === 0) failingSince = now()
      const failingMs = now() - failingSince
      if (failingMs >= giveUpAfterMs) {
        const text = `nothing has worked for ${failingMs} ms: ${describeError(error)}`
        throw new WatcherError('UNAVAILABLE', text, { cause: error })
      }
      log.warn({ error: describeError(error), failures }, 'the source failed, and is connected anew')
      onRestart()
      await pause(backoffMs(failures, BACKOFF), stop)
    }
  }
}
