import type { Client, DeliveryQuery } from '@epr/client'
import {
  DELIVERY_BUCKETS,
  DELIVERY_METRICS,
  type Delivery,
  type DeliveryEvent,
  type DeliveryMetric,
  deliveryRulesSchema,
  fromJsonText,
  toPlainLine,
} from '@epr/model'
import type { Command } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import { readJsonFlag } from '../input/input.js'
import { toDuration } from '../output/duration.js'
import type { Row } from '../output/table.js'
import type { Context, Perform } from '../settings/context.js'
import { moment, oneOf, type Request, rows, text, toggle, VALUE_FLAGS } from '../settings/flags.js'

const QUERY_FLAGS = {
  name: text('--name <text>', 'only what is called so; with * at its end, that begins so'),
  environment: text('--environment <text>', 'only deployments to it'),
  from: moment('--from <moment>', 'since: 30d (ago), 2026-11-01 (UTC) or RFC 3339; 90 days before --to'),
  to: moment('--to <moment>', 'before that moment; now'),
}

const spanText = ({
  n,
  median_ms,
  p90_ms,
}: {
  n: number
  median_ms: number | null
  p90_ms: number | null
}) =>
  median_ms === null || p90_ms === null
    ? 'no data'
    : `${toDuration(median_ms)} (${toDuration(p90_ms)}) n=${n}`

const rateText = ({ deployments, change_failures: { failed, rate } }: Delivery['total']): string =>
  rate === null ? 'no data' : `${(rate * 100).toFixed(1)} % (${failed} of ${deployments})`

/** `+ 2 open`: what a median does not hold. */
const besideText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `, ${count} ${what}`)
    .join('')

function toRow(numbers: Delivery['total']): Row {
  const { deployments, lead_time, restore } = numbers
  return {
    deployments: deployments ?? 'no data',
    'lead time': spanText(lead_time),
    'failed changes': rateText(numbers),
    'time to restore': `${spanText(restore)}${besideText({ open: restore.open })}`,
  }
}

/** The day on which a bucket begins, where people live. */
function toDay(start: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(start))
}

const NUMBERS = ['deployments', 'lead time', 'failed changes', 'time to restore']

async function draw({ output }: Context, delivery: Delivery): Promise<string> {
  const { toTable } = await import('../output/table.js')
  const { style, width } = output
  const { bucket, time_zone, total, buckets, waiting, environments, rules } = delivery
  const where = environments.map(({ environment, deployments }) => `${environment} ${deployments}`).join(', ')
  const period = `${toDay(delivery.from, time_zone)} to ${toDay(delivery.to, time_zone)} (${time_zone})`
  const head = style.bold(toPlainLine(where === '' ? period : `${period}: ${where}`))
  if (delivery.no_data !== null) return `${head}\nno data: ${toPlainLine(delivery.no_data)}`
  const table = toTable(
    [
      ...buckets.map((row) => ({ [bucket]: toDay(row.start, time_zone), ...toRow(row) })),
      { [bucket]: 'all', ...toRow(total) },
    ],
    [bucket, ...NUMBERS],
    style,
    { width },
  )
  const waits = waiting.map((gate) => ({
    gate: `${gate.group_name}@${gate.group_version}`,
    waiting: `${spanText(gate)}${besideText({ 'never open': gate.never_open })}`,
  }))
  const gates = waits.length === 0 ? '' : `\n${toTable(waits, ['gate', 'waiting'], style, { width })}`
  const since = `lead times of ${total.lead_time.merged} begin with their merge, of ${total.lead_time.n - total.lead_time.merged} with their first event`
  const note = `median (90th percentile); ${since}; rules: version ${rules.version}`
  return `${head}\n${table}${gates}\n${style.dim(note)}`
}

const SHOW_FLAGS = {
  ...QUERY_FLAGS,
  bucket: oneOf('--bucket <span>', 'by day, week (default) or month', DELIVERY_BUCKETS),
  timeZone: text('--time-zone <name>', 'where days begin, like Europe/Berlin; that of this machine'),
  ...VALUE_FLAGS,
}

async function show(
  context: Context,
  {
    jsonpath,
    timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...query
  }: Request<typeof SHOW_FLAGS>,
): Promise<undefined> {
  const { output } = context
  const delivery = await (await context.connect('ask')).delivery.measure({ ...query, time_zone: timeZone })
  if (output.format !== 'table' || jsonpath !== undefined) return output.object(delivery)
  return output.show(await draw(context, delivery))
}

const DEFAULT_LIMIT = 50

const EVENT_FLAGS = {
  ...QUERY_FLAGS,
  metric: oneOf('--metric <name>', 'the number that they make', DELIVERY_METRICS),
  group: text('--group <name>', 'of waiting: at this gate'),
  limit: rows('--limit <number>', 'how many at most (default 50)'),
  ...VALUE_FLAGS,
}

const EVENT_COLUMNS = ['time', 'name', 'version', 'environment', 'took', 'event_id', 'other_event_id']

const toEventRow = (event: DeliveryEvent): Row => ({
  ...event,
  took: event.ms === null ? '' : toDuration(event.ms),
})

async function listEvents(
  client: Client,
  metric: DeliveryMetric,
  query: DeliveryQuery & { group?: string | undefined },
  limit: number,
) {
  const found: DeliveryEvent[] = []
  for await (const event of client.delivery.eventsAll(metric, { ...query, limit: Math.min(limit, 1_000) }))
    if (found.push(event) >= limit) break
  return found
}
async function events(
  { connect, output }: Context,
  { jsonpath: _, metric, group, limit = DEFAULT_LIMIT, ...query }: Request<typeof EVENT_FLAGS>,
): Promise<undefined> {
  if (metric === undefined) throw new UsageError(`--metric is missing: one of ${DELIVERY_METRICS.join(', ')}`)
  const client = await connect('ask')
  const gate = group === undefined ? undefined : await client.groups.resolve(group)
  const found = await listEvents(client, metric, { ...query, group: gate }, limit)
  if (output.format !== 'table') return output.object(found)
  if (found.length === 0) return output.line('no event makes this number: epr-cli delivery says why')
  const { toTable } = await import('../output/table.js')
  return output.show(
    toTable(found.map(toEventRow), EVENT_COLUMNS, output.style, { width: output.width, mayDrop: true }),
  )
}

const RULES_FLAGS = {
  set: text('--set <json>', 'adds these rules: JSON, @file, or - for standard input'),
  all: toggle('--all', 'every version there has been, the newest first'),
  ...VALUE_FLAGS,
}

async function rules(
  { connect, output, stdin }: Context,
  { jsonpath: _, set, all = false }: Request<typeof RULES_FLAGS>,
): Promise<undefined> {
  const { delivery } = await connect('ask')
  if (set !== undefined) {
    const given = deliveryRulesSchema.safeParse(
      JSON.parse(fromJsonText(await readJsonFlag('--set', set, stdin))),
    )
    if (!given.success) {
      const [issue] = given.error.issues
      throw new UsageError(`--set: ${issue?.path.join('.')} ${issue?.message}`)
    }
    return output.object(await delivery.setRules(given.data), 4)
  }
  const kept = await delivery.rules()
  return output.object(all ? kept : kept.slice(0, 1), 4)
}

export function defineDelivery(delivery: Command, perform: Perform): void {
  perform(
    delivery
      .command('show', { isDefault: true })
      .description('Shows deployments, lead time, failed changes, time to restore, and waiting at gates.'),
    SHOW_FLAGS,
    [
      'delivery',
      "delivery show --name 'sh*' --environment production --bucket month",
      "delivery --jsonpath '$.total.lead_time'",
    ],
    show,
  )
  perform(
    delivery.command('events').description('Lists the events that a number was made of, the last one first.'),
    EVENT_FLAGS,
    ['delivery events --metric lead_time', 'delivery events --metric restore --from 30d'],
    events,
  )
  perform(
    delivery
      .command('rules')
      .description('Shows what counts as a deployment, a failure, its end and a change.'),
    RULES_FLAGS,
    ['delivery rules', 'delivery rules --all'],
    rules,
  )
}
