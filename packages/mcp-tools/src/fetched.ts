import { eventReceiverGroupSchema, eventReceiverSchema, eventSchema } from '@epr/model'
import * as z from 'zod'
import { toJsonWindow } from './json-window.js'
import { NOTICE } from './notice.js'
import type { ToolRegistry } from './registry.js'

/** One event, event receiver or group as it is shown: its JSON of users is cut where it is too long. */

const cut = {
  text: z
    .string()
    .optional()
    .describe('A part of its JSON text, where the value would be too long or changed.'),
  text_chars: z.int().optional().describe('How long the whole text is.'),
  next_offset: z.int().optional().describe('What to pass as `offset` to read on; absent at the end.'),
  more: z.string().optional(),
  notice: z.string(),
}

const receiverFields = eventReceiverSchema.omit({ schema: true })

export const eventOutput = z.object({
  event: eventSchema.omit({ payload: true, EventReceiver: true }).extend({
    payload: z.unknown().optional().describe('Absent when `text` holds it.'),
  }),
  event_receiver: receiverFields.optional(),
  ...cut,
})
export const receiverOutput = z.object({
  event_receiver: receiverFields.extend({
    schema: z.unknown().optional().describe('JSON Schema of payloads; absent when `text` holds it.'),
  }),
  ...cut,
})
export const groupOutput = z.object({ event_receiver_group: eventReceiverGroupSchema, notice: z.string() })

function show(json: unknown, offset: number, tool: string) {
  const window = toJsonWindow(json, offset)
  if ('value' in window) return { value: window.value, cut: { notice: NOTICE } }
  const { text, chars, next } = window
  return {
    value: undefined,
    cut: {
      text,
      text_chars: chars,
      ...(next !== undefined && {
        next_offset: next,
        more: `Call ${tool} again with the same id and offset=${next}.`,
      }),
      notice: NOTICE,
    },
  }
}

export async function fetchEvent(
  { events }: ToolRegistry,
  id: string,
  offset = 0,
): Promise<z.output<typeof eventOutput>> {
  const { payload, EventReceiver, ...event } = await events.get(id, { exact: true })
  const { value, cut } = show(payload, offset, 'fetch_event')
  const { schema: _, ...event_receiver } = EventReceiver ?? {}
  return {
    event: { ...event, ...(value !== undefined && { payload: value }) },
    ...(EventReceiver && { event_receiver: receiverFields.parse(event_receiver) }),
    ...cut,
  }
}

export async function fetchReceiver(
  { receivers }: ToolRegistry,
  id: string,
  offset = 0,
): Promise<z.output<typeof receiverOutput>> {
  const { schema, ...receiver } = await receivers.get(id, { exact: true })
  const { value, cut } = show(schema, offset, 'fetch_receiver')
  return { event_receiver: { ...receiver, ...(value !== undefined && { schema: value }) }, ...cut }
}

export async function fetchGroup(
  { groups }: ToolRegistry,
  id: string,
): Promise<z.output<typeof groupOutput>> {
  return { event_receiver_group: await groups.get(id), notice: NOTICE }
}
