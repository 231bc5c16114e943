import type { Actor, Event, EventReceiver, EventReceiverGroup, GateChange, Message, Nvrpp } from '@epr/model'
import type * as z from 'zod'

/** What stands beside a message. */
export interface MatchContext {
  /** Of the completion of a group: whether its gate has opened with it, where the server says so. */
  readonly gate?: GateChange | undefined
  /** Who did what it is about, where the server says so. */
  readonly actor?: Actor | null | undefined
}

/** Whether a message is for a handler. It must be quick and must not wait. */
export type Matcher = (message: Message, context?: MatchContext) => boolean
/** A matcher that also says what is then known of the message. */
export type Guard<M extends Message> = (message: Message, context?: MatchContext) => message is M

/** What a matcher leaves of `Message`. */
export type Matched<T> = T extends Guard<infer M> ? M : Message

type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer I) => void
  ? I
  : never

/** A message whose event has a payload of type P. */
export type MessageWithPayload<P> = Message & {
  data: { events: [Event & { payload: P }, ...Event[]] }
}

/** The type as it stands, or with `*` for any number of characters: `byType('dev.acme.*')`. */
export function byType(pattern: string): Matcher {
  if (!pattern.includes('*')) return ({ type }) => type === pattern
  const parts = pattern.split('*')
  return ({ type }) => matchesParts(type, parts)
}

/** Without a RegExp: the types of strangers cannot make it slow. The leftmost place of each part is the best one. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  const end = text.length - last.length
  if (!text.startsWith(first) || !text.endsWith(last) || end < first.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** Messages of what went well, or of what did not. Those of receivers and groups always went well. */
export function bySuccess(success: boolean): Matcher {
  return (message) => message.success === success
}

/** Messages of the artifacts that have these fields. */
export function byNvrpp(fields: Partial<Nvrpp>): Matcher {
  return hasFields<Nvrpp>(fields)
}

/** Messages about an event receiver, or about an event for it: by its id, or by its fields. */
export function byReceiver(
  receiver: string | Partial<Pick<EventReceiver, 'id' | 'name' | 'version'>>,
): Matcher {
  const matches = hasFields(typeof receiver === 'string' ? { id: receiver } : receiver)
  return ({ data }) => data.event_receivers.some(matches)
}

/** Messages about a group, or about its completion, repeated ones too: by its id, or by its fields. See {@link opens}. */
export function byGroup(
  group: string | Partial<Pick<EventReceiverGroup, 'id' | 'name' | 'version'>>,
): Matcher {
  const matches = hasFields(typeof group === 'string' ? { id: group } : group)
  return ({ data }) => data.event_receiver_groups.some(matches)
}

/**
 * The openings of gates, of one group or of all: a later success at a gate that is open sends the group's message again,
 * which this does not take. Of a server that does not say which (the original, and before 0.1) it takes every completion.
 */
export function opens(group?: Parameters<typeof byGroup>[0]): Matcher {
  const isOfGroup = group === undefined ? () => true : byGroup(group)
  return (message, context) => {
    const { events, event_receiver_groups: groups } = message.data
    const isCompletion = events.length > 0 && groups.length > 0
    return isCompletion && context?.gate !== 'repeated' && isOfGroup(message)
  }
}

function hasFields<T extends object>(fields: Partial<T>): (object: T) => boolean {
  const wanted = Object.entries(fields).filter(([, value]) => value !== undefined)
  return (object) => wanted.every(([name, value]) => object[name as keyof T] === value)
}

/**
 * Messages of an event whose payload satisfies a schema (the handler then knows its type: the schema's input, for
 * nothing is transformed) or a predicate.
 */
export function byPayload<S extends z.ZodType>(schema: S): Guard<MessageWithPayload<z.input<S>>>
export function byPayload<P>(guard: (payload: unknown) => payload is P): Guard<MessageWithPayload<P>>
export function byPayload(predicate: (payload: unknown) => boolean): Matcher
export function byPayload(test: z.ZodType | ((payload: unknown) => boolean)): Matcher {
  const matches = typeof test === 'function' ? test : (payload: unknown) => test.safeParse(payload).success
  return ({ data: { events } }) => events[0] !== undefined && matches(events[0].payload)
}

/** Messages that every one of the matchers takes; without matchers all. */
export function allOf<T extends readonly Matcher[]>(
  ...matchers: T
): Guard<Message & Intersection<Matched<T[number]>>> {
  const matches: Matcher = (message, context) => matchers.every((matcher) => matcher(message, context))
  return matches as Guard<Message & Intersection<Matched<T[number]>>>
}

/** Messages that at least one of the matchers takes; without matchers none. */
export function anyOf<T extends readonly Matcher[]>(...matchers: T): Guard<Message & Matched<T[number]>> {
  const matches: Matcher = (message, context) => matchers.some((matcher) => matcher(message, context))
  return matches as Guard<Message & Matched<T[number]>>
}

/** Messages that the matcher does not take. */
export function not(matcher: Matcher): Matcher {
  return (message, context) => !matcher(message, context)
}
