import * as z from 'zod'
import { type Event, eventSchema } from './event.js'
import { type EventReceiver, eventReceiverSchema } from './event-receiver.js'
import { type EventReceiverGroup, eventReceiverGroupSchema } from './event-receiver-group.js'

/**
 * What can be searched, by what, and what a search gives: said here once. The REST query, the GraphQL inputs, the SDK,
 * the flags of the command line and the tools for assistants are made of it.
 */

/** The most rows of one page. */
export const MAX_PAGE_ROWS = 1_000

const text = (description: string) => z.string().meta({ description })
/** The id of an object, which GraphQL calls ID. */
const ulid = (description: string) => z.string().meta({ title: 'ULID', description })

/** Whether a filter is the id of an object. */
export const isUlidFilter = (filter: z.ZodType): boolean => filter.meta()?.title === 'ULID'

/** What events are searched by: exact matches, all of those given. */
export const eventFilterSchema = z.object({
  id: ulid('id'),
  name: text('name of the artifact'),
  version: text('version of the artifact'),
  release: text('release of the artifact'),
  platform_id: text('platform of the artifact'),
  package: text('package of the artifact'),
  success: z.boolean().meta({ description: 'whether it went well' }),
  event_receiver_id: ulid('the event receiver it was posted to'),
})

/** What receivers and groups are searched by. */
export const definitionFilterSchema = z.object({
  id: ulid('id'),
  name: text('name'),
  type: text('type'),
  version: text('version'),
})

type Filter<Schema extends z.ZodObject> = {
  [Name in keyof z.output<Schema>]?: z.output<Schema>[Name] | null | undefined
}

/** Exact matches, all of those given; null and undefined say nothing. */
export type EventFilter = Filter<typeof eventFilterSchema>
/** Exact matches, all of those given; null and undefined say nothing. */
export type DefinitionFilter = Filter<typeof definitionFilterSchema>

/** What a search can give of an event: all but the receiver, which comes where an event is got by its id. */
export type EventField = Exclude<keyof Event, 'EventReceiver'>
/** What a search can give of an event receiver. */
export type ReceiverField = keyof EventReceiver
/** What a search can give of a group. */
export type GroupField = keyof EventReceiverGroup

/** How one kind of object is searched. */
export interface Searched<Field extends string> {
  /** The field of GraphQL's query: `events`. */
  operation: string
  /** Its argument: `event`. */
  argument: string
  /** The type of the argument: `FindEventInput`. */
  inputType: string
  filter: z.ZodObject
  /** The object that a search gives, and its fields in their order. */
  row: z.ZodObject
  fields: readonly Field[]
}

function searched<Field extends string>(
  names: Pick<Searched<Field>, 'operation' | 'argument' | 'inputType'>,
  filter: z.ZodObject,
  row: z.ZodObject,
): Searched<Field> {
  return { ...names, filter, row, fields: Object.keys(row.shape) as Field[] }
}

/** Every kind of object that can be searched. */
export const SEARCHED = {
  event: searched<EventField>(
    { operation: 'events', argument: 'event', inputType: 'FindEventInput' },
    eventFilterSchema,
    eventSchema.omit({ EventReceiver: true }),
  ),
  receiver: searched<ReceiverField>(
    { operation: 'event_receivers', argument: 'event_receiver', inputType: 'FindEventReceiverInput' },
    definitionFilterSchema,
    eventReceiverSchema,
  ),
  group: searched<GroupField>(
    {
      operation: 'event_receiver_groups',
      argument: 'event_receiver_group',
      inputType: 'FindEventReceiverGroupInput',
    },
    definitionFilterSchema,
    eventReceiverGroupSchema,
  ),
}

/** Which part of a result is wanted: by id, which is by the time of creation. */
export interface PageRequest {
  /** The most rows to give, 1 to {@link MAX_PAGE_ROWS}. */
  limit: number
  /** The id behind which the page starts. */
  after?: string | undefined
  order: 'asc' | 'desc'
  /** RFC 3339, inclusive. */
  created_after?: string | undefined
  /** RFC 3339, exclusive. */
  created_before?: string | undefined
}

/** A part of a result. */
export interface Page<Row> {
  rows: Row[]
  /** Whether more rows follow the last of these. */
  more: boolean
}
