import type {
  Client,
  EventField,
  EventFilter,
  GroupField,
  GroupFilter,
  NewEvent,
  NewGroup,
  NewReceiver,
  ReceiverField,
  ReceiverFilter,
} from '@epr/client'
import {
  eventInputSchema,
  eventReceiverGroupInputSchema,
  eventReceiverInputSchema,
  fromJsonText,
  type JsonText,
  SEARCHED,
  type Searched,
} from '@epr/model'
import type { z } from 'zod'
import { UsageError } from '../exit/usage-error.js'
import type { Row } from '../output/table.js'

export type KindName = 'receiver' | 'group' | 'event'

export interface FindOptions {
  fields: readonly string[]
  limit?: number | undefined
  order?: 'asc' | 'desc' | undefined
  created_after?: string | undefined
}

/** What the CLI knows of a kind of object: all commands do the same to each. */
export interface Kind {
  noun: string
  /** What it is searched by and what a search gives. */
  searched: Searched<string>
  /** What a search shows unless it is asked for other fields. */
  defaultFields: readonly string[]
  input: z.ZodObject
  /** The member that is JSON of users and is carried as text. */
  carried?: 'payload' | 'schema'
  create(client: Client, object: object): Promise<string>
  get(client: Client, id: string): Promise<object>
  findAll(client: Client, filter: object, options: FindOptions): AsyncIterable<Row>
}

const DEFINITION_FIELDS = ['id', 'name', 'version', 'type']

const receiver: Kind = {
  noun: 'event receiver',
  searched: SEARCHED.receiver,
  defaultFields: DEFINITION_FIELDS,
  input: eventReceiverInputSchema,
  carried: 'schema',
  create: ({ receivers }, object) => receivers.create(object as NewReceiver),
  get: ({ receivers }, id) => receivers.get(id, { exact: true }),
  findAll: ({ receivers }, filter, { fields, ...options }) =>
    receivers.findAll(filter as ReceiverFilter, {
      ...options,
      fields: fields as ReceiverField[],
      exact: true,
    }),
}

const group: Kind = {
  noun: 'event receiver group',
  searched: SEARCHED.group,
  defaultFields: DEFINITION_FIELDS,
  input: eventReceiverGroupInputSchema,
  create: ({ groups }, object) => groups.create(object as NewGroup),
  get: ({ groups }, id) => groups.get(id),
  findAll: ({ groups }, filter, { fields, ...options }) =>
    groups.findAll(filter as GroupFilter, { ...options, fields: fields as GroupField[] }),
}

const EVENT_FIELDS = ['id', 'name', 'version', 'release', 'platform_id', 'package', 'success']

const event: Kind = {
  noun: 'event',
  searched: SEARCHED.event,
  defaultFields: EVENT_FIELDS,
  input: eventInputSchema,
  carried: 'payload',
  create: ({ events }, object) => events.create(object as NewEvent),
  get: ({ events }, id) => events.get(id, { exact: true }),
  findAll: ({ events }, filter, { fields, ...options }) =>
    events.findAll(filter as EventFilter, { ...options, fields: fields as EventField[], exact: true }),
}

export const KINDS: Readonly<Record<KindName, Kind>> = { receiver, group, event }

/** An object that is complete, with only the fields that are sent; what is wrong with it otherwise. */
export type Checked = { object: Readonly<Record<string, unknown>> } | { problems: string[] }

/** The server's own checks, before anything is sent. `nameOf` says how the user calls a field. */
export function checkObject(
  kind: Kind,
  fields: Readonly<Record<string, unknown>>,
  json: JsonText | undefined,
  nameOf: (field: string) => string,
): Checked {
  const { carried } = kind
  const parsed = kind.input.safeParse(fields)
  const problems = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const field = String(path[0] ?? '')
    return `${nameOf(field)} ${fields[field] === undefined ? 'is missing' : message}`
  })
  if (carried && json === undefined) problems.push(`${nameOf(carried)} is missing`)
  if (carried === 'schema' && json !== undefined && !/^\s*(\{|true|false)/.test(fromJsonText(json))) {
    problems.push(`${nameOf(carried)} must be a JSON Schema: an object or a boolean`)
  }
  if (!parsed.success || problems.length > 0) return { problems }
  return { object: { ...parsed.data, ...(carried && { [carried]: json }) } }
}

/** @throws UsageError that names everything that is wrong */
export function assertChecked(checked: Checked): Readonly<Record<string, unknown>> {
  if ('object' in checked) return checked.object
  throw new UsageError(checked.problems.join('; '))
}
