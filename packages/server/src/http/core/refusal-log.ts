import { shorten, toPlainLine } from '@epr/model'
import type { Logger } from 'pino'

type Reason = { readonly code: string; readonly message: string }

/** A request that was refused, or parts of one. */
export interface Refusal {
  requestId: string
  method: string
  /** Without its query. */
  path: string
  reasons: readonly Reason[]
}

export interface RefusalLog {
  refused(refusal: Refusal): void
}

/** Of each code so many in a window are logged, and of the others how many there were. */
const WINDOW_MS = 10_000
const MAX_LOGGED = 10
const MAX_REASON_CHARS = 500

interface Window {
  endsAt: number
  count: number
}

/** A reason may quote a stranger. */
const toReason = (message: string): string => shorten(toPlainLine(message), MAX_REASON_CHARS)

/** Says in the log what clients are refused and why, and does not let one of them fill it. */
export function createRefusalLog(log: Pick<Logger, 'info'>, now = () => performance.now()): RefusalLog {
  const windows = new Map<string, Window>()

  function windowOf(code: string): Window {
    const known = windows.get(code)
    if (known && now() < known.endsAt) return known
    const unlogged = (known?.count ?? 0) - MAX_LOGGED
    if (unlogged > 0) log.info({ code, count: unlogged }, `refused ${unlogged} more with ${code}`)
    const next = { endsAt: now() + WINDOW_MS, count: 0 }
    windows.set(code, next)
    return next
  }

  return {
    refused({ requestId, method, path, reasons }) {
      for (const { code, message } of reasons) {
        const window = windowOf(code)
        window.count += 1
        if (window.count > MAX_LOGGED) continue
        log.info({ request_id: requestId, method, path, code, reason: toReason(message) }, 'refused')
      }
    },
  }
}
