import * as z from 'zod'
import { timeField } from './field.js'

/** How a registry goes, for whoever runs it. Numbers of one process are those of the server that has answered. */
export const operationsSchema = z.object({
  /** The server that has answered. */
  server: z.object({
    version: z.string(),
    uptime_s: z.number(),
    /** Whether it numbers messages, removes old ones and publishes. */
    leader: z.boolean(),
    /** Whether it can record events. */
    recording: z.boolean(),
  }),
  /** How many servers there are on the database. */
  servers: z.number(),
  database: z.object({
    /** Of PostgreSQL. */
    version: z.string(),
    /** Of the tables: the last migration. */
    schema_version: z.number(),
    bytes: z.number(),
    /** About how many events there are, as the last statistics say. */
    events_estimate: z.number(),
  }),
  /** What this server has written in the last minute. */
  intake: z.object({
    flushes: z.number(),
    events: z.number(),
    failures: z.number(),
    completions: z.number(),
    /** Null when there was no flush. */
    mean_ms: z.number().nullable(),
    slowest_ms: z.number().nullable(),
  }),
  feed: z.object({
    /** Messages that are committed and have no cursor yet; of 10,000 commits at most. */
    unnumbered: z.number(),
    newest_cursor: z.string(),
    /** The cursor behind which the oldest message that is kept stands. */
    oldest_cursor: z.string(),
    /** When that was published; null when there is none. */
    kept_since: timeField.nullable(),
    /** For how long messages are kept, in milliseconds. */
    retention_ms: z.number(),
  }),
  /** Publishing to Kafka; null when messages are in the feed only. */
  relay: z
    .object({
      /** `standby`, `connecting`, `publishing` or `waiting for the broker`. */
      state: z.string(),
      topic: z.string(),
      published_cursor: z.string(),
      /** About how many messages are not yet on the topic. */
      lag: z.number(),
      /** How long the oldest of those waits. */
      oldest_waits_s: z.number(),
      published: z.number(),
      references: z.number(),
      skipped: z.number(),
      /** What publishing failed with last since this server was started; null when it did not. */
      last_error: z.object({ time: timeField, message: z.string() }).nullable(),
    })
    .nullable(),
  watchers: z.object({ known: z.number(), silent: z.number() }),
  /** What the leader makes of the events beside the feed, and how far each is behind. */
  projections: z.array(z.object({ name: z.string(), lag: z.number() })),
})
/** What {@link operationsSchema} describes. */
export type Operations = z.infer<typeof operationsSchema>
