import * as z from 'zod'
import { defineRoute, type Route, toJsonResponse } from '../core/route.js'

export interface Health {
  version: string
  /** Whether events can be recorded; known without asking. */
  isRecording(): boolean
  isStopping(): boolean
  isLeading(): boolean
  /** How publishing to Kafka goes; absent when messages are in the feed only. Never a reason not to be ready. */
  relay?: { readonly state: string; status(): Promise<object> } | undefined
}

const FEED_ONLY = 'feed only'

const healthBody = z.object({ status: z.string() }).meta({ id: 'Health' })

/** What an orchestrator asks: alive, ready for traffic, and what there is to know. */
export function healthRoutes(health: Health): Route[] {
  return [
    defineRoute(
      'get',
      '/healthz/liveness',
      {
        summary: 'Whether the process lives',
        tag: 'operations',
        open: true,
        answer: healthBody,
        failures: [],
      },
      async () => toJsonResponse('{"status":"alive"}'),
    ),
    defineRoute(
      'get',
      '/healthz/readiness',
      {
        summary: 'Whether events can be recorded',
        tag: 'operations',
        open: true,
        answer: healthBody,
        failures: [503],
      },
      async () => {
        const recording = health.isRecording()
        const ready = recording && !health.isStopping()
        const body = {
          status: ready ? 'ready' : 'not ready',
          database: recording ? 'up' : 'down',
          relay: health.relay?.state ?? FEED_ONLY,
        }
        return { ...toJsonResponse(JSON.stringify(body)), status: ready ? 200 : 503 }
      },
    ),
    defineRoute(
      'get',
      '/healthz/status',
      {
        summary: 'Version, database, leadership and relay',
        tag: 'operations',
        open: true,
        answer: z.record(z.string(), z.unknown()),
        failures: [],
      },
      async () => {
        const database = health.isRecording() ? 'up' : 'down'
        const relayState = { state: health.relay?.state ?? FEED_ONLY }
        const body = {
          service: 'event-provenance-registry',
          version: health.version,
          database,
          leader: health.isLeading(),
          relay: (await health.relay?.status().catch(() => undefined)) ?? relayState,
          uptime_s: Math.round(process.uptime()),
        }
        return toJsonResponse(JSON.stringify(body))
      },
    ),
  ]
}
