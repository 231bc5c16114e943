import { type RetryPolicy, toRetryPolicy } from '@epr/client'
import { EprError, type Message } from '@epr/model'
import { createAbort } from './abort.js'
import { type HeartbeatSender, isHeartbeatOn, startHeartbeat } from './heartbeat.js'
import type { HttpEndpoint, HttpEndpointOptions } from './http-endpoint.js'
import { createStderrLog, type Log } from './log.js'
import type { SourceEvents } from './message-source.js'
import { createMetrics, type Metrics, type WatcherMetrics } from './metrics.js'
import { assertOptions, type CommonOptions, route, type WatcherOptions } from './options.js'
import { createDeadLetters } from './processing/dead-letters.js'
import { createDoJob } from './processing/job.js'
import { createProcessor, type Process } from './processing/processor.js'

/** How a watcher is run. */
export interface RunOptions {
  /**
   * Where a replay starts, behind a cursor or at a moment (RFC 3339). Feed only: on Kafka it is an INVALID_ARGUMENT.
   * @default where the watcher stood
   */
  from?: string
}

/** Reads messages from a source and hands them to handlers. */
export interface Watcher {
  /**
   * Watches until {@link Watcher.stop}. Once in a watcher's life: a second call is an INVALID_ARGUMENT.
   *
   * @throws EprError what waiting cannot heal (UNAUTHENTICATED, GONE, INVALID_ARGUMENT); WatcherError UNAVAILABLE
   *   when nothing has worked for `giveUpAfterMs`
   */
  run(options?: RunOptions): Promise<void>
  /** Begins nothing new, ends what runs, commits and leaves. A handler may call it, but must not wait for it. */
  stop(): Promise<void>
  /** What it has done so far; also after its end. */
  metrics(): WatcherMetrics
  /** Where metrics and health are, while it runs with `http`. */
  readonly url: string | undefined
}

function toEvents(metrics: Metrics): SourceEvents {
  return {
    ready(isReady) {
      metrics.ready = isReady
    },
    rebalanced: () => void metrics.rebalances++,
    restarted: () => void metrics.restarts++,
    lag: metrics.setLag,
    cursor(cursor) {
      metrics.cursor = cursor
    },
    clearLag: metrics.clearLag,
  }
}

/** Listens to the signals that end a process. @returns what stops listening */
function onSignals(stop: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, stop)
  return () => {
    for (const signal of signals) process.off(signal, stop)
  }
}

/** Heartbeats, where there is somebody to send them to. */
function startHeartbeatOf(
  { source, heartbeat = {} }: Pick<CommonOptions, 'source' | 'heartbeat'>,
  metrics: Metrics,
  log: Log,
): HeartbeatSender | undefined {
  if (heartbeat === false || !isHeartbeatOn(process.env)) return undefined
  if (heartbeat.url === undefined && !source.registry) return undefined
  return startHeartbeat({ options: heartbeat, source, metrics, log })
}

const DEFAULT_TIMEOUT_MS = 60_000
const RETRY: RetryPolicy = { attempts: 5, initialDelayMs: 200, maxDelayMs: 30_000 }

/** Loads what serves metrics only when they are asked for. */
async function serveMetrics(options: HttpEndpointOptions, metrics: Metrics): Promise<HttpEndpoint> {
  const { startHttpEndpoint } = await import('./http-endpoint.js')
  return startHttpEndpoint(options, metrics)
}

/** What becomes of a record, from the options. */
function toProcess<M extends Message>(options: WatcherOptions<M>, metrics: Metrics, log: Log): Process {
  const { source, concurrency = 8, timeoutMs = DEFAULT_TIMEOUT_MS, dedupe } = options
  const deadLetters = createDeadLetters({
    send: options.deadLetter ?? ((letter) => source.sendDeadLetter(letter)),
    group: source.name,
    metrics,
    log,
  })
  const retry = toRetryPolicy(options.retry, RETRY)
  const doJob = createDoJob({ concurrency, timeoutMs, retry, dedupe, deadLetters, metrics, log })
  const routes = 'routes' in options ? options.routes : [route(options)]
  return createProcessor({ routes, doJob, deadLetters, metrics })
}

/**
 * Watches a source and hands each message to the first route that matches.
 *
 * @throws EprError INVALID_ARGUMENT for options out of range
 */
export function createWatcher<M extends Message = Message>(options: WatcherOptions<M>): Watcher {
  assertOptions(options)
  const { source, timeoutMs = DEFAULT_TIMEOUT_MS, giveUpAfterMs = 300_000, stopGraceMs = 10_000 } = options
  const { log = createStderrLog() } = options
  const metrics = createMetrics()
  const process = toProcess(options, metrics, log)
  const stopping = createAbort()
  const aborting = createAbort()
  let endpoint: HttpEndpoint | undefined
  let running: Promise<void> | undefined

  function stop(): Promise<void> {
    if (!stopping.signal.aborted) {
      stopping.abort()
      const timer = setTimeout(() => aborting.abort(new Error('the watcher stops')), stopGraceMs)
      void running?.catch(() => undefined).then(() => clearTimeout(timer))
    }
    return (running ?? Promise.resolve()).catch(() => undefined)
  }

  async function watch({ from }: RunOptions): Promise<void> {
    const sender = startHeartbeatOf(options, metrics, log)
    const offSignals = options.handleSignals ? onSignals(() => void stop()) : () => undefined
    try {
      if (options.http) endpoint = await serveMetrics(options.http, metrics)
      await source.run({
        process,
        stop: stopping.signal,
        abort: aborting.signal,
        attemptMs: timeoutMs,
        giveUpAfterMs,
        from,
        events: toEvents(metrics),
        log,
      })
    } finally {
      metrics.ready = false
      sender?.stop()
      offSignals()
      await source.close()
      await endpoint?.close()
      endpoint = undefined
    }
  }

  return {
    run(runOptions = {}) {
      if (running !== undefined)
        return Promise.reject(
          new EprError('INVALID_ARGUMENT', 'this watcher has been run already: make another one'),
        )
      running = watch(runOptions)
      return running
    },
    stop,
    metrics: () => metrics.snapshot(),
    get url() {
      return endpoint?.url
    },
  }
}
