import { nvrppSchema } from '@epr/model'
import * as z from 'zod'

const momentSchema = z.string().nullable()

/** Where an artifact stands at a gate. */
export const gateStatusSchema = z.object({
  group_id: z.string(),
  /** A disabled group tells nobody that it is complete; its state is computed alike. */
  enabled: z.boolean(),
  /** `failed` when a latest event is a failure, else `missing` when a receiver has none, else `open`. */
  state: z.enum(['open', 'failed', 'missing']),
  since: momentSchema,
  receivers: z.array(
    z.object({
      event_receiver_id: z.string(),
      state: z.enum(['passed', 'failed', 'missing']),
      /** The latest event, which decides; null when there is none. */
      event_id: z.string().nullable(),
      since: momentSchema,
    }),
  ),
})
export type GateStatus = z.infer<typeof gateStatusSchema>

export const NVRPP_FIELDS = Object.keys(nvrppSchema.shape) as (keyof typeof nvrppSchema.shape)[]
