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
  /** How long attempts took; each bucket counts all up to `le`, the last of them being `count`. */
  handlerSeconds: { count: number; sum: number; buckets: readonly { le: number; count: number }[] }
  /** Messages between the last one that came and the newest, over all parts of the source. */
  lag: number
  /** How often partitions were dealt out anew. */
  rebalances: number
  /** How often the connection was built anew after a failure. */
  restarts: number
  /** Whether it consumes. */
  ready: boolean
}

export interface Metrics extends Omit<WatcherMetrics, 'lag' | 'handlerSeconds'> {
  observeHandler(seconds: number): void
  setLag(part: string, messages: number): void
  clearLag(): void
  snapshot(): WatcherMetrics
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function createMetrics(): Metrics {
  const lags = new Map<string, number>()
  const counts = BUCKETS.map(() => 0)
  let count = 0
  let sum = 0
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
    observeHandler(seconds) {
      count++
      sum += seconds
      const bucket = BUCKETS.findIndex((le) => seconds <= le)
      if (bucket !== -1) counts[bucket] = (counts[bucket] ?? 0) + 1
    },
    setLag: (part, messages) => void lags.set(part, messages),
    clearLag: () => lags.clear(),
    snapshot() {
      const { received, processed, failed, retried, deadLettered, inFlight, rebalances, restarts, ready } =
        this
      let below = 0
      const buckets = BUCKETS.map((le, index) => {
        below += counts[index] ?? 0
        return { le, count: below }
      })
      const lag = [...lags.values()].reduce((total, part) => total + part, 0)
      const numbers = { received, processed, failed, retried, deadLettered, inFlight, rebalances, restarts }
      return { ...numbers, ready, lag, handlerSeconds: { count, sum, buckets } }
    },
  }
}
