import { DELIVERY_BUCKETS, DELIVERY_METRICS, deliveryEventSchema, deliverySchema } from '@epr/model'
import type { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { pageInput, pageOutput, toRest } from './rows.js'
import { addTool, READS, type Services } from './tool.js'

const MAX_BUCKETS = 60

const moment = (description: string) => z.iso.datetime({ offset: true }).optional().describe(description)

export function addDeliveryTool(server: McpServer, services: Services): void {
  const { delivery } = services.registry
  addTool(
    server,
    'delivery',
    {
      title: 'How well is delivered',
      description:
        'Deployments, lead time, change failures, time to restore, and waiting at gates (DORA), each with how many events it was made of (n); times in milliseconds, null for no data, which is never 0. With `metric`, also the events of that number: cite them.',
      input: z.object({
        from: moment('RFC 3339; 90 days before `to` by default.'),
        to: moment('RFC 3339, not included; now by default.'),
        name: z.string().min(1).optional().describe('Of this name; with * at its end, what begins so.'),
        environment: z.string().min(1).optional().describe('Only this one; `environments` has all.'),
        bucket: z.enum(DELIVERY_BUCKETS).optional().describe('With it, the numbers of each such span too.'),
        time_zone: z.string().max(64).default('UTC').describe('Where days begin: Europe/Berlin.'),
        metric: z.enum(DELIVERY_METRICS).optional().describe('Which events to list.'),
        limit: pageInput.limit,
        after: pageInput.after,
      }),
      output: z.object({
        ...deliverySchema.pick({ from: true, to: true, total: true, waiting: true, environments: true })
          .shape,
        buckets: deliverySchema.shape.buckets.optional().describe(`The last ${MAX_BUCKETS}.`),
        ...deliverySchema.pick({ no_data: true, history: true }).shape,
        rules_version: z.int().describe('By which rules: they are only ever added to.'),
        events: z.array(deliveryEventSchema).optional(),
        ...pageOutput,
      }),
      annotations: READS,
      async run({ bucket, time_zone, metric, limit, after, ...query }) {
        const measured = await delivery.measure({ ...query, bucket: bucket ?? 'month', time_zone })
        const { from, to, total, waiting, environments, no_data, history, rules } = measured
        const events = metric && (await delivery.events(metric, { ...query, limit, after }))
        return {
          from,
          to,
          total,
          waiting,
          environments,
          ...(bucket && { buckets: measured.buckets.slice(-MAX_BUCKETS) }),
          no_data,
          history,
          rules_version: rules.version,
          ...(events && { events: events.data }),
          ...toRest(events?.next ?? null, 'delivery'),
        }
      },
    },
    services,
  )
}
