import { EprError } from '@epr/model'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as PrometheusRegistry } from 'prom-client'
import * as z from 'zod'
import { AccessError, REFUSAL_REASONS, type RefusalReason } from '../../access/access-error.js'
import { assertMay } from '../../access/rights.js'
import type { Flush } from '../../intake/recorder.js'
import type { Registry } from '../../registry/registry.js'
import { RELAY_STATES } from '../../relay/relay.js'
import type { Budgets } from '../core/budgets.js'
import type { ServedRequest } from '../core/listener.js'
import { defineRoute, type Route } from '../core/route.js'

/** What is asked for when metrics are read. */
export interface MetricFacts {
  leading: boolean
  /** Whether events can be recorded. */
  recording: boolean
  /** Absent while the database does not answer. */
  outbox?: { unnumbered: number; age_s: number } | undefined
  /** Absent when messages are in the feed only. */
  relay?: { state: string; lag: number; published: number; references: number; skipped: number } | undefined
}

export interface Metrics {
  /** `GET /metrics`, in Prometheus' text format. */
  readonly route: Route
  observeRequest(served: ServedRequest): void
  /** Counts those by which somebody was not let in. */
  observeRefusals(all: readonly { readonly code: string }[]): void
  observeFlush(flush: Flush): void
  /** The same registry, counting what is created and searched. */
  observe(registry: Registry): Registry
}

/** Methods that are counted by name; a client may invent others without end. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'OPTIONS', 'PUT', 'DELETE'])
/** Seconds. The original's buckets begin at 100 ms, above nearly every answer here; its names are kept. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 5, 7, 10]
const FLUSH_EVENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** The metrics that the original has, under its names. */
function createOriginalMetrics(registers: PrometheusRegistry[]) {
  return {
    events: new Counter({
      name: 'server_events_created_total',
      help: 'Events recorded, by their success.',
      labelNames: ['success'],
      registers,
    }),
    receivers: new Counter({
      name: 'server_event_receivers_created_total',
      help: 'Event receivers created.',
      registers,
    }),
    groups: new Counter({ name: 'server_stages_created_total', help: 'Groups created.', registers }),
    completions: new Counter({
      name: 'server_stages_passed_total',
      help: 'Completions of groups.',
      registers,
    }),
    searches: new Histogram({
      name: 'server_search_duration_seconds',
      help: 'Searches, by what was searched.',
      labelNames: ['type'],
      buckets: SECONDS,
      registers,
    }),
    requests: new Counter({
      name: 'server_requests_total',
      help: 'Requests answered, by status and method.',
      labelNames: ['code', 'method'],
      registers,
    }),
    responseTimes: new Histogram({
      name: 'server_response_times_seconds',
      help: 'From a request to the end of its answer; streams excepted.',
      buckets: SECONDS,
      registers,
    }),
  }
}

function createOwnMetrics(registers: PrometheusRegistry[]) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  return {
    flushEvents: new Histogram({
      name: 'epr_flush_events',
      help: 'Events of one commit.',
      buckets: FLUSH_EVENTS,
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'epr_flush_duration_seconds',
      help: 'From the start of a commit of events to its end.',
      buckets: SECONDS,
      registers,
    }),
    authFailures: new Counter({
      name: 'epr_auth_failures_total',
      help: 'Requests, or parts of them, that were refused for who sent them, by why.',
      labelNames: ['reason'],
      registers,
    }),
    leading: gauge('epr_leader', '1 on the server that numbers and publishes messages.'),
    recording: gauge('epr_recording', '1 while events can be recorded.'),
    unnumbered: gauge(
      'epr_outbox_unnumbered_messages',
      'Messages not yet in the feed, counted over 10,000 commits.',
    ),
    age: gauge('epr_outbox_age_seconds', 'How long the oldest message waits that is not yet on the topic.'),
    relayState: gauge('epr_relay_state', '1 for the state that the relay is in.', ['state']),
    lag: gauge('epr_relay_lag_messages', 'About how many messages are not yet on the topic.'),
    published: gauge('epr_relay_published_messages', 'Messages that this process has put on the topic.'),
    references: gauge(
      'epr_relay_reference_messages',
      'Of these, sent as a reference because they were too large.',
    ),
    skipped: gauge(
      'epr_relay_skipped_messages',
      'Left out, because the broker takes not even the reference.',
    ),
  }
}

function setFacts(
  own: ReturnType<typeof createOwnMetrics>,
  { leading, recording, outbox, relay }: MetricFacts,
): void {
  own.leading.set(leading ? 1 : 0)
  own.recording.set(recording ? 1 : 0)
  if (outbox) {
    own.unnumbered.set(outbox.unnumbered)
    own.age.set(outbox.age_s)
  }
  if (!relay) return
  for (const state of RELAY_STATES) own.relayState.set({ state }, state === relay.state ? 1 : 0)
  own.lag.set(relay.lag)
  own.published.set(relay.published)
  own.references.set(relay.references)
  own.skipped.set(relay.skipped)
}

/** Of a part of a request, as a field of GraphQL, there is no more than its code; 403 is also said of a host that is not served. */
function refusalReasonOf(refused: { readonly code: string }): RefusalReason | undefined {
  if (refused instanceof AccessError) return refused.reason
  if (refused instanceof EprError) return undefined
  if (refused.code === 'PERMISSION_DENIED') return 'denied'
  return refused.code === 'UNAUTHENTICATED' ? 'missing' : undefined
}

/** What prom-client writes of the event loop when it was scraped a moment ago, and has nothing to say yet. */
const NO_SAMPLE = /^nodejs_eventloop_lag_\w+ (?:Nan|9223372036\S*)\n/gm

/** @param readFacts asked at every scrape; must not throw */
/** What clients make the server hold, read when metrics are. */
function registerBudgets(registers: PrometheusRegistry[], budgets: Budgets): void {
  const all = { small_bodies: budgets.small, bodies: budgets.large, waiting: budgets.waiting }
  new Gauge({
    name: 'epr_budget_held_bytes',
    help: 'Bytes held for clients: of bodies, and of answers and streams that they have not taken.',
    labelNames: ['budget'],
    registers,
    collect() {
      for (const [budget, { held }] of Object.entries(all)) this.set({ budget }, held)
    },
  })
  new Counter({
    name: 'epr_budget_refused_total',
    help: 'Clients that were refused or cut, because there was no room or because they stood still.',
    labelNames: ['budget'],
    registers,
    collect() {
      this.reset()
      for (const [budget, { refused }] of Object.entries(all)) this.inc({ budget }, refused)
    },
  })
}
export interface MetricsOptions {
  /** Asked at every scrape; must not throw. */
  readFacts: () => Promise<MetricFacts>
  budgets: Budgets
  /** Whether everybody may read them. */
  isOpen: boolean
}

export function createMetrics({ readFacts, budgets, isOpen }: MetricsOptions): Metrics {
  const prometheus = new PrometheusRegistry()
  collectDefaultMetrics({ register: prometheus })
  const original = createOriginalMetrics([prometheus])
  const own = createOwnMetrics([prometheus])
  registerBudgets([prometheus], budgets)
  // Whoever watches a rate has to see that there were none.
  for (const reason of REFUSAL_REASONS) own.authFailures.inc({ reason }, 0)

  async function timed<T>(type: string, search: Promise<T>): Promise<T> {
    const startedAt = performance.now()
    try {
      return await search
    } finally {
      original.searches.observe({ type }, (performance.now() - startedAt) / 1_000)
    }
  }

  async function counted(counter: Counter, creation: Promise<string>): Promise<string> {
    const id = await creation
    counter.inc()
    return id
  }

  return {
    route: defineRoute(
      'get',
      '/metrics',
      {
        summary: 'Metrics for Prometheus',
        tag: 'operations',
        ...(isOpen && { open: true }),
        answer: z.string(),
        contentType: 'text/plain',
        failures: [],
      },
      async ({ call }) => {
        if (!isOpen) assertMay(call.principal, { verb: 'read' })
        setFacts(own, await readFacts())
        return {
          status: 200,
          headers: { 'content-type': prometheus.contentType },
          body: (await prometheus.metrics()).replaceAll(NO_SAMPLE, ''),
        }
      },
    ),
    observeRequest({ method, status, seconds, isStream }) {
      original.requests.inc({ code: String(status), method: METHODS.has(method) ? method : 'other' })
      if (!isStream) original.responseTimes.observe(seconds)
    },
    observeRefusals(all) {
      for (const refused of all) {
        const reason = refusalReasonOf(refused)
        if (reason) own.authFailures.inc({ reason })
      }
    },
    observeFlush({ events, failures, completions, durationMs }) {
      original.events.inc({ success: 'true' }, events - failures)
      original.events.inc({ success: 'false' }, failures)
      original.completions.inc(completions)
      own.flushEvents.observe(events)
      own.flushSeconds.observe(durationMs / 1_000)
    },
    observe: ({ events, receivers, groups, ...others }) => ({
      ...others,
      events: { ...events, find: (...args) => timed('event', events.find(...args)) },
      receivers: {
        ...receivers,
        create: (...args) => counted(original.receivers, receivers.create(...args)),
        find: (...args) => timed('event_receiver', receivers.find(...args)),
      },
      groups: {
        ...groups,
        create: (...args) => counted(original.groups, groups.create(...args)),
        find: (...args) => timed('event_receiver_group', groups.find(...args)),
      },
    }),
  }
}
