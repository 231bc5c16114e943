import { hostname } from 'node:os'
import { ApiError, type Client, createClient, type TokenSource } from '@epr/client'
import { environmentDispatcher } from '@epr/client/node'
import { EprError, type Heartbeat, readBoolean } from '@epr/model'
import packageJson from '../package.json' with { type: 'json' }
import { describeError } from './errors.js'
import type { Log } from './log.js'
import type { MessageSource } from './message-source.js'
import type { Metrics } from './metrics.js'

/** Where a watcher says every ten seconds how it is. */
export interface HeartbeatOptions {
  /** Of the registry. @default the one whose feed is read; on Kafka none */
  url?: string
  /** Sent as `Authorization: Bearer`, with `url`: a key that is called as the watcher is, or as its first part before a dot. */
  token?: string | TokenSource | undefined
  /** Which of those of its name it is. @default the host's name, and on Kafka the process too */
  instance?: string
}

/** Says how a watcher is until it is stopped. */
export interface HeartbeatSender {
  stop(): void
}

interface SenderOptions {
  options: HeartbeatOptions
  source: MessageSource
  metrics: Metrics
  log: Log
  /** Between two of them. */
  everyMs?: number
  /** Before the first, so that what ends at once says nothing. */
  firstMs?: number
}

const EVERY_MS = 10_000
const FIRST_MS = 1_000
const TIMEOUT_MS = 5_000
/** What the next try would be answered too: a server of before, a name that is another's. */
const FINAL: readonly string[] = ['NOT_FOUND', 'METHOD_NOT_ALLOWED', 'PERMISSION_DENIED', 'INVALID_ARGUMENT']
/** `off` for no heartbeats, whatever the options say. */
const SWITCH = 'EPR_WATCHER_HEARTBEAT'

/** Whether the environment leaves heartbeats on. */
export function isHeartbeatOn(env: NodeJS.ProcessEnv): boolean {
  const text = env[SWITCH]?.trim().toLowerCase()
  return text === undefined || text === '' || text === 'on' || (text !== 'off' && readBoolean(text) !== false)
}

async function toRegistry(
  { url, token }: HeartbeatOptions,
  source: MessageSource,
): Promise<Client | undefined> {
  if (url === undefined) return source.registry?.()
  const dispatcher = await environmentDispatcher(url, process.env)
  return createClient({ url, token, retry: false, timeoutMs: TIMEOUT_MS, dispatcher })
}

/**
 * Begins to say how the watcher is. Nothing waits for it, nothing fails with it, and it is tried again only when its
 * time has come.
 */
export function startHeartbeat({ options, source, metrics, log, ...timing }: SenderOptions): HeartbeatSender {
  const { everyMs = EVERY_MS, firstMs = FIRST_MS } = timing
  const { name, kind = 'other' } = source
  const instance = options.instance ?? (kind === 'feed' ? hostname() : `${hostname()}-${process.pid}`)
  const startedAt = new Date().toISOString()
  const stopping = new AbortController()
  let registry: Client | undefined
  let timer: NodeJS.Timeout | undefined

  function toHeartbeat(): Heartbeat {
    const { ready, lag, processed, failed, deadLettered } = metrics.snapshot()
    return {
      version: packageJson.version,
      source: kind,
      ready,
      started_at: startedAt,
      // The feed does not say how far its end is.
      lag: kind === 'feed' ? null : lag,
      cursor: metrics.cursor,
      processed,
      failed,
      dead_lettered: deadLettered,
      dead_letters: [...metrics.lastReasons],
    }
  }

  /** Whether there is to be another one. */
  async function beat(): Promise<boolean> {
    try {
      registry ??= await toRegistry(options, source)
      if (!registry) return false
      const { signal } = stopping
      await registry.watchers.beat(name, instance, toHeartbeat(), {
        signal,
        timeoutMs: TIMEOUT_MS,
        retryForMs: 0,
      })
      return true
    } catch (error) {
      if (stopping.signal.aborted) return false
      const isFinal = error instanceof EprError && FINAL.includes(error.code)
      if (!isFinal) {
        log.debug({ error: describeError(error) }, 'a heartbeat was not taken')
        return true
      }
      const why = error instanceof ApiError ? error.message : describeError(error)
      log.info({ name, instance, why }, 'the registry takes no heartbeats of this watcher: it sends no more')
      return false
    }
  }

  function schedule(ms: number): void {
    timer = setTimeout(() => {
      void beat().then((goesOn) => {
        if (goesOn && !stopping.signal.aborted) schedule(everyMs)
      })
    }, ms)
    timer.unref()
  }

  schedule(firstMs)
  return {
    stop() {
      clearTimeout(timer)
      stopping.abort()
    },
  }
}
