import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics, WatcherMetrics } from './metrics.js'

const COUNTERS = {
  received: ['epr_watcher_received_total', 'Records that came.'],
  processed: ['epr_watcher_processed_total', 'Messages that a handler has done.'],
  failed: ['epr_watcher_failed_total', 'Attempts that failed.'],
  retried: ['epr_watcher_retried_total', 'Attempts that were made again.'],
  deadLettered: ['epr_watcher_dead_lettered_total', 'Records that were put aside.'],
  rebalances: ['epr_watcher_rebalances_total', 'Times that partitions were assigned anew.'],
  restarts: ['epr_watcher_restarts_total', 'Times that the connection was built anew after a failure.'],
} as const
const GAUGES = {
  inFlight: ['epr_watcher_in_flight', 'Attempts that run now.'],
  lag: ['epr_watcher_lag', 'Messages behind the newest.'],
  ready: ['epr_watcher_ready', '1 while it consumes.'],
} as const
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** The metrics of a watcher in Prometheus' text format; handlers' durations count from now on. */
export function createPrometheus(metrics: Metrics): Registry {
  const registry = new Registry()
  const registers = [registry]
  const read = (field: keyof typeof COUNTERS | keyof typeof GAUGES) => Number(metrics.snapshot()[field])
  for (const [field, [name, help]] of entriesOf(COUNTERS)) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read(field))
      },
    })
  }
  for (const [field, [name, help]] of entriesOf(GAUGES)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(field))
      },
    })
  }
  const duration = { name: 'epr_watcher_handler_seconds', help: 'How long attempts took.', buckets: BUCKETS }
  const histogram = new Histogram({ ...duration, registers })
  metrics.onHandled = (seconds) => histogram.observe(seconds)
  return registry
}

const entriesOf = <Field extends keyof WatcherMetrics, Value>(table: Record<Field, Value>) =>
  Object.entries(table) as [Field, Value][]
