import * as z from 'zod'

/** How many payloads a schema is held to at most. */
export const MAX_CHECKED = { samples: 100, stored: 500 } as const

/** What a schema would mean: whether it can be used, and which payloads break it. */
export const schemaCheckSchema = z.object({
  /** Why no receiver could be made of it, a sentence each; empty when one could be. */
  problems: z.array(z.string()),
  /** What it is good for all the same, and perhaps not what was meant. */
  warnings: z.array(z.string()),
  /** The dialect that it is read in: `draft-07`, `2020-12`. Null when there are problems. */
  dialect: z.string().nullable(),
  /** Of each sample its violations; empty when there are problems. */
  samples: z.array(z.array(z.string())),
  /** The payloads that a receiver has got; null when there are problems, or none was asked for. */
  against: z
    .object({
      checked: z.number(),
      /** The events whose payloads break the schema, newest first, and ten violations of each. */
      failed: z.array(z.object({ event_id: z.string(), violations: z.array(z.string()) })),
      /** False when it ended before as many as were asked for: by their size (8 MiB) or by time (10 seconds). */
      complete: z.boolean(),
    })
    .nullable(),
})
/** What {@link schemaCheckSchema} describes. */
export type SchemaCheck = z.infer<typeof schemaCheckSchema>

/** Whether a receiver would take a payload. */
export const payloadCheckSchema = z.object({
  /** What is wrong with it, a sentence each; empty when it would be recorded. */
  violations: z.array(z.string()),
})
/** What {@link payloadCheckSchema} describes. */
export type PayloadCheck = z.infer<typeof payloadCheckSchema>
