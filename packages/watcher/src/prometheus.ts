import type { WatcherMetrics } from './metrics.js'

/** What each metric is, in the order in which they are written. */
const COUNTERS = {
  received: ['epr_watcher_received_total', 'Records that came.'],
  processed: ['epr_watcher_processed_total', 'Messages that a handler has done.'],
  failed: ['epr_watcher_failed_total', 'Attempts that failed.'],
  retried: ['epr_watcher_retried_total', 'Attempts that were made again.'],
  deadLettered: ['epr_watcher_dead_lettered_total', 'Records that were put aside.'],
  rebalances: ['epr_watcher_rebalances_total', 'Times that partitions were dealt out anew.'],
  restarts: ['epr_watcher_restarts_total', 'Times that the connection was built anew after a failure.'],
} as const
const GAUGES = {
  inFlight: ['epr_watcher_in_flight', 'Attempts that run now.'],
  lag: ['epr_watcher_lag', 'Messages behind the newest.'],
} as const
const HISTOGRAM = 'epr_watcher_handler_seconds'

const toLines = (type: string, [name, help]: readonly [string, string], value: number): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`

/** Prometheus' text format, version 0.0.4. */
export function toPrometheusText(metrics: WatcherMetrics): string {
  const counters = Object.entries(COUNTERS).map(([field, named]) =>
    toLines('counter', named, metrics[field as keyof typeof COUNTERS]),
  )
  const gauges = Object.entries(GAUGES).map(([field, named]) =>
    toLines('gauge', named, metrics[field as keyof typeof GAUGES]),
  )
  const { buckets, count, sum } = metrics.handlerSeconds
  const histogram = [
    `# HELP ${HISTOGRAM} How long attempts took.`,
    `# TYPE ${HISTOGRAM} histogram`,
    ...buckets.map((bucket) => `${HISTOGRAM}_bucket{le="${bucket.le}"} ${bucket.count}`),
    `${HISTOGRAM}_bucket{le="+Inf"} ${count}`,
    `${HISTOGRAM}_sum ${sum}`,
    `${HISTOGRAM}_count ${count}`,
  ]
  const ready = toLines('gauge', ['epr_watcher_ready', '1 while it consumes.'], metrics.ready ? 1 : 0)
  return `${counters.join('')}${gauges.join('')}${ready}${histogram.join('\n')}\n`
}
