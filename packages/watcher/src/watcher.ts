import { EprError, type Message } from '@epr/model'
import { createAbort } from './abort.js'
import { toDeadLetter } from './dead-letter.js'
import { type HttpEndpoint, startHttpEndpoint } from './http-endpoint.js'
import { createStderrLog } from './log.js'
import type { SourceEvents } from './message-source.js'
import { createMetrics, type Metrics, type WatcherMetrics } from './metrics.js'
import { assertOptions, route, type WatcherOptions } from './options.js'
import { createProcessor } from './processing/processor.js'
import { toRetryPolicy } from './retry.js'

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
    clearLag: metrics.clearLag,
  }
}

/** Hears the signals that end a process. @returns what stops hearing them */
function hearSignals(stop: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, stop)
  return () => {
    for (const signal of signals) process.off(signal, stop)
  }
}

/**
 * Watches a source and hands each message to the first route that matches.
 *
 * @throws EprError INVALID_ARGUMENT for options out of range
 */
export function createWatcher<M extends Message = Message>(options: WatcherOptions<M>): Watcher {
  assertOptions(options)
  const {
    source,
    concurrency = 8,
    timeoutMs = 60_000,
    giveUpAfterMs = 300_000,
    stopGraceMs = 10_000,
  } = options
  const { deadLetter, dedupe, log = createStderrLog() } = options
  const metrics = createMetrics()
  const routes = 'routes' in options ? options.routes : [route(options)]
  const processor = createProcessor({
    routes,
    ...{ concurrency, timeoutMs, dedupe, metrics, log },
    retry: toRetryPolicy(options.retry),
    sendDeadLetter: (record, failure) =>
      deadLetter
        ? deadLetter(toDeadLetter(record, failure, source.name))
        : source.sendDeadLetter(record, failure),
  })
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
    const forgetSignals = options.handleSignals ? hearSignals(() => void stop()) : () => undefined
    try {
      if (options.http) endpoint = await startHttpEndpoint(options.http, () => metrics.snapshot())
      await source.run({
        accept: processor.accept,
        stop: stopping.signal,
        abort: aborting.signal,
        attemptMs: timeoutMs,
        events: toEvents(metrics),
        ...{ from, giveUpAfterMs, log },
      })
    } finally {
      metrics.ready = false
      forgetSignals()
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
