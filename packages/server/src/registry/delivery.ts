import {
  type Delivery,
  type DeliveryEvents,
  type DeliveryMetric,
  type DeliveryNumbers,
  type DeliveryRules,
  deliveryRulesSchema,
  EprError,
  type KeptDeliveryRules,
} from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import { insertAct } from '../storage/access.js'
import type { Connection } from '../storage/database.js'
import {
  type DeliveryPlace,
  type DeliveryQuery,
  type DeliverySpan,
  type FailuresRow,
  hasDeploymentReceiver,
  insertDeliveryRules,
  type RulesRow,
  selectBuckets,
  selectDeliveryEvents,
  selectDeliveryRules,
  selectFailures,
  selectGateNames,
  selectUnknownTypes,
} from '../storage/delivery.js'
import type { Databases } from '../storage/open-database.js'
import { selectProjectionProgress } from '../storage/projections.js'
import { createDeploymentDays } from './deployment-days.js'
import { countDeployments, type DeploymentNumbers, type Spans } from './deployments.js'
import { parseInput } from './input.js'
import { toNameFilter } from './name-filter.js'
import { createSharedAnswers } from './shared-answers.js'

/** Which deliveries are asked about. */
export interface DeliveryRequest {
  /** RFC 3339. @default 90 days before `to` */
  from?: string | undefined
  /** RFC 3339, not included. @default now */
  to?: string | undefined
  /** A name; with `*` at its end, how it begins. @default all */
  name?: string | undefined
  /** @default all, each for itself */
  environment?: string | undefined
}

export interface DeliveryEventsRequest extends DeliveryRequest {
  metric: DeliveryMetric
  /** Id of a group: what has waited at this gate. */
  group?: string | undefined
  limit: number
  after?: string | undefined
}

/** How well is delivered, by rules that are only ever added to. */
export interface DeliveryAnswers {
  /** @throws EprError INVALID_ARGUMENT; UNAVAILABLE while nothing is projected yet */
  measure(request: DeliveryRequest & DeliverySpan, call: Call): Promise<Delivery>
  /** The events that a number was made of, the last one first. @throws EprError INVALID_ARGUMENT */
  events(request: DeliveryEventsRequest, call: Call): Promise<DeliveryEvents>
  /** The newest first: it holds. */
  rules(call: Call): Promise<KeptDeliveryRules[]>
  /** Adds rules, by which everything is computed anew. @throws EprError INVALID_ARGUMENT; PERMISSION_DENIED but for admins */
  setRules(rules: unknown, call: Call): Promise<KeptDeliveryRules>
}

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 90
const MAX_BUCKETS = 400
const BUCKET_DAYS = { day: 1, week: 7, month: 28 }
const MAX_RULES = 100
/** All deployments of three months are gone through for an answer, and a page that many look at asks for the same one. */
const SHARED_MS = 5_000
const SHARED_MOST = 50

const bad = (problem: string) => new EprError('INVALID_ARGUMENT', problem)

function toQuery({ from, to, name, environment }: DeliveryRequest): DeliveryQuery {
  const until = to ?? new Date().toISOString()
  const since = from ?? new Date(Date.parse(until) - DEFAULT_DAYS * DAY_MS).toISOString()
  if (Date.parse(since) >= Date.parse(until)) throw bad('from must be before to')
  return { from: since, to: until, name: name === undefined ? undefined : toNameFilter(name), environment }
}

function assertSpan({ from, to }: DeliveryQuery, { bucket, timeZone }: DeliverySpan): void {
  const buckets = (Date.parse(to) - Date.parse(from)) / (BUCKET_DAYS[bucket] * DAY_MS)
  if (buckets > MAX_BUCKETS)
    throw bad(
      `${Math.ceil(buckets)} times a ${bucket} is too much at once: at most ${MAX_BUCKETS}; take a larger bucket`,
    )
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw bad(`time_zone: ${JSON.stringify(timeZone)} is none that is known: write one like Europe/Berlin`)
  }
}

const toKept = ({ rules, ...rest }: RulesRow): KeptDeliveryRules => ({ ...rest, rules: JSON.parse(rules) })

const typesOf = ({ change, deployment, failure, restored }: DeliveryRules): string[] => [
  ...change,
  ...deployment,
  ...failure,
  ...restored,
]

const toSpans = (spans: Spans | undefined) => {
  const [median_ms, p90_ms] = spans ?? [null, null]
  return { median_ms, p90_ms }
}

function toNumbers(deployed: DeploymentNumbers, failed: FailuresRow | undefined): DeliveryNumbers {
  const { deployments, n, merged, failed: failures, spans } = deployed
  return {
    deployments,
    lead_time: { n, ...toSpans(spans), merged },
    change_failures: { failed: failures, rate: deployments === 0 ? null : failures / deployments },
    restore: {
      n: failed?.n ?? 0,
      ...toSpans(failed?.spans_ms),
      open: failed?.open ?? 0,
      unattributed: failed?.unattributed ?? 0,
    },
  }
}

function readPlace(after: string | undefined): DeliveryPlace | undefined {
  if (after === undefined) return undefined
  const [, time, seq] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~(\d{1,18})$/.exec(after) ?? []
  if (time === undefined || seq === undefined)
    throw bad('after must be the "next" of the page before, with the same metric')
  return { time, seq }
}

export function createDeliveryAnswers({
  answering,
  recording,
}: Pick<Databases, 'answering' | 'recording'>): DeliveryAnswers {
  const days = createDeploymentDays(answering)
  const measured = createSharedAnswers<Delivery>({ forMs: SHARED_MS, most: SHARED_MOST })

  async function currentRules(connection: Connection): Promise<KeptDeliveryRules> {
    const [newest] = await selectDeliveryRules(connection, 1)
    if (!newest) throw new Error('the database holds no delivery rules')
    return toKept(newest)
  }

  /** @throws EprError INVALID_ARGUMENT for what no receiver meets, unless rules of before speak of it */
  async function assertKnown(patterns: readonly string[]): Promise<void> {
    const before = (await selectDeliveryRules(recording, MAX_RULES)).flatMap((row) =>
      typesOf(toKept(row).rules),
    )
    const unknown = (await selectUnknownTypes(recording, patterns)).filter(
      (pattern) => !before.includes(pattern),
    )
    if (unknown.length === 0) return
    const types = unknown.map((type) => JSON.stringify(type)).join(', ')
    throw bad(`no receiver has the type ${types}: create it first, or leave it out`)
  }

  async function whyNothing({ from, to }: DeliveryQuery): Promise<string> {
    if (!(await hasDeploymentReceiver(answering)))
      return 'no receiver is a deployment by these rules: PUT /delivery/rules says which types are (epr-cli delivery rules)'
    return `nothing was deployed from ${from} to ${to}`
  }

  async function measure(request: DeliveryRequest & DeliverySpan): Promise<Delivery> {
    const query = toQuery(request)
    assertSpan(query, request)
    const progress = await selectProjectionProgress(answering)
    if (!progress)
      throw new EprError(
        'UNAVAILABLE',
        'answers about deliveries are about to be made: try again in a moment',
      )
    const rules = await currentRules(answering)
    const starts = await selectBuckets(answering, query, request)
    const [failed, deployed] = await Promise.all([
      selectFailures(answering, query, starts),
      days
        .between(Date.parse(query.from), Date.parse(query.to))
        .then((found) => countDeployments(found, query, starts.map(Date.parse))),
    ])
    const gates = await selectGateNames(answering, [...deployed.waiting.keys()])
    const failedIn = (bucket: number | null) => failed.find((row) => row.bucket === bucket)
    const total = toNumbers(deployed.total, failedIn(null))
    const isNothing = total.deployments === 0
    return {
      from: query.from,
      to: query.to,
      bucket: request.bucket,
      time_zone: request.timeZone,
      total: isNothing ? { ...total, deployments: null } : total,
      buckets: isNothing
        ? []
        : deployed.buckets.map((numbers, at) => ({
            start: starts[at] ?? query.from,
            ...toNumbers(numbers, failedIn(at + 1)),
          })),
      waiting: gates.map(({ num, ...gate }) => {
        const { n = 0, neverOpen = 0, spans } = deployed.waiting.get(num) ?? {}
        return { ...gate, n, never_open: neverOpen, ...toSpans(spans) }
      }),
      environments: deployed.environments,
      no_data: isNothing ? await whyNothing(query) : null,
      rules,
      ...progress,
    }
  }

  return {
    async measure(request, { principal }) {
      assertMay(principal, { verb: 'read' })
      const { from, to, name, environment, bucket, timeZone } = request
      const question = JSON.stringify([from, to, name, environment, bucket, timeZone])
      return measured.get(question, () => measure(request))
    },

    async events({ metric, group, limit, after, ...request }, { principal }) {
      assertMay(principal, { verb: 'read' })
      if (group !== undefined && metric !== 'waiting') throw bad('group is of metric=waiting')
      const page = { after: readPlace(after), group, limit: limit + 1 }
      const rows = await selectDeliveryEvents(answering, metric, toQuery(request), page)
      const kept = rows.slice(0, limit)
      const last = kept.at(-1)
      return {
        data: kept.map(({ seq: _, ...event }) => event),
        next: rows.length > limit && last ? `${last.time}~${last.seq}` : null,
      }
    },
    async rules({ principal }) {
      assertMay(principal, { verb: 'read' })
      return (await selectDeliveryRules(answering, MAX_RULES)).map(toKept)
    },
    async setRules(given, { principal, requestId }) {
      assertMay(principal, { verb: 'admin' })
      const rules = parseInput(deliveryRulesSchema, given)
      await assertKnown(typesOf(rules))
      const added = await recording.transaction(async (connection) => {
        const before = await currentRules(connection)
        const row = await insertDeliveryRules(connection, {
          actor: principal.id,
          rules: JSON.stringify(rules),
        })
        if (!row) throw new Error('the database holds no delivery rules')
        await insertAct(connection, {
          actor: principal.id,
          act: 'delivery_rules.put',
          object: String(row.version),
          before: before.rules,
          after: rules,
          request_id: requestId,
        })
        return row
      })
      measured.clear()
      return toKept(added)
    },
  }
}
