import { type DeadLetterReason, HEARTBEAT_LIMITS, shorten } from '@epr/model'

/** What a watcher has done since it was made. */
export interface WatcherMetrics {
  /** Records that came, also those that nobody asked for. */
  received: number
  /** Messages that a handler has done. */
  processed: number
  /** Attempts that failed. */
  failed: number
  /** Attempts that were made again. */
  retried: number
  /** Records that were put aside. */
  deadLettered: number
  /** Attempts that run now. */
  inFlight: number
  /** How many attempts there were, and how long they took in all. */
  handlerSeconds: { count: number; sum: number }
  /** Messages between the last one that came and the newest, over all parts of the source. */
  lag: number
  /** How often partitions were assigned anew. */
  rebalances: number
  /** How often the connection was built anew after a failure. */
  restarts: number
  /** Whether it consumes. */
  ready: boolean
}

export interface Metrics extends Omit<WatcherMetrics, 'lag' | 'handlerSeconds'> {
  observeHandler(seconds: number): void
  /** Called with the duration of each attempt. */
  onHandled: (seconds: number) => void
  /** Counts a record that was put aside, and keeps why the last ones were. */
  putAside(reason: DeadLetterReason): void
  /** Why, newest first. */
  readonly lastReasons: readonly DeadLetterReason[]
  /** On the feed, the cursor of the last message that has come. */
  cursor: string | null
  setLag(part: string, messages: number): void
  clearLag(): void
  snapshot(): WatcherMetrics
}

export function createMetrics(): Metrics {
  const lags = new Map<string, number>()
  const handlerSeconds = { count: 0, sum: 0 }
  const lastReasons: DeadLetterReason[] = []
  return {
    received: 0,
    processed: 0,
    failed: 0,
    retried: 0,
    deadLettered: 0,
    inFlight: 0,
    rebalances: 0,
    restarts: 0,
    ready: false,
    onHandled() {},
    cursor: null,
    lastReasons,
    putAside(reason) {
      this.deadLettered++
      const { deadLetters, textChars } = HEARTBEAT_LIMITS
      const { error, id } = reason
      lastReasons.unshift({ ...reason, error: shorten(error, textChars), id: shorten(id, textChars) })
      lastReasons.splice(deadLetters)
    },
    observeHandler(seconds) {
      handlerSeconds.count++
      handlerSeconds.sum += seconds
      this.onHandled(seconds)
    },
    setLag: (part, messages) => void lags.set(part, messages),
    clearLag: () => lags.clear(),
    snapshot() {
      const { received, processed, failed, retried, deadLettered, inFlight, rebalances, restarts, ready } =
        this
      const lag = [...lags.values()].reduce((total, part) => total + part, 0)
      const numbers = { received, processed, failed, retried, deadLettered, inFlight, rebalances, restarts }
      return { ...numbers, ready, lag, handlerSeconds: { ...handlerSeconds } }
    },
  }
}
