import * as z from 'zod'

export const TAGS = {
  receivers: 'What events must look like.',
  groups: 'Gates over receivers.',
  artifacts: 'What events are about, and its way through the gates.',
  components: 'What artifacts are made of.',
  delivery: 'How well is delivered.',
  search: 'Whatever a text names.',
  events: 'What happened to artifacts.',
  cloudevents: 'Events of others, as CloudEvents 1.0.',
  messages: 'What is sent to everybody.',
  graphql: 'The same registry in GraphQL.',
  mcp: 'For assistants.',
  access: 'Who may do what.',
  operations: 'For whoever runs the server.',
}

/** What a route takes and gives; the statuses of failures that a client can bring about. */
export interface RouteDoc {
  summary: string
  /** What else there is to say, in Markdown. */
  description?: string
  tag: keyof typeof TAGS
  query?: z.ZodObject
  /** One, or several by their media types. @default JSON */
  body?: z.ZodType | Readonly<Record<string, z.ZodType>>
  headers?: z.ZodObject
  /** An `Idempotency-Key` is honoured: its call has `once`. */
  idempotent?: true
  /** Its answer may have megabytes: only some such are made at the same time. */
  isLarge?: true
  /** Absent when the answer has no body. */
  answer?: z.ZodType
  contentType?: string
  /** How large its body may be, in bytes; `payloads` stands for what the server takes (--max-body-bytes). @default 64 KiB */
  maxBody?: number | 'payloads'
  /** Whoever asks is answered, and not asked who they are: what is said to everybody. */
  open?: true
  failures: readonly number[]
}

/** Every request may name a host that is not served, and every body may be too large or oddly compressed. */
export const READ_FAILURES = [403]
export const WRITE_FAILURES = [400, 403, 413, 415]

export const anyJson = z
  .unknown()
  .meta({ description: 'Any JSON value, nested at most 256 levels deep; kept exactly as it was sent.' })
export const schemaField = z.union([z.record(z.string(), z.unknown()), z.boolean()]).meta({
  description:
    'JSON Schema: draft-04, -06, -07 (the default), 2019-09 or 2020-12, by its $schema. Patterns are those of RE2: no look-around, no back-references, at most 1,000 repeats.',
})

/** The answer of a call that gives neither a list nor an object of the registry. */
export const dataOf = (data: z.ZodType) => z.object({ data })

/** A list's answer, and that of one object: an array of one. */
export const manyOf = (item: z.ZodType) => z.object({ data: z.array(item) })
