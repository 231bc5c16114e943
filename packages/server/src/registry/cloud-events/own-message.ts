import { nvrppSchema } from '@epr/model'
import * as z from 'zod'
import type { CloudEventMapper } from './cloud-event.js'

const messageHead = nvrppSchema.extend({
  api_version: z.literal('v1'),
  source: z.literal('epr'),
  success: z.boolean(),
})

/** A message of an EPR, this one's or another's, says of itself which artifact it is about, and how that went. */
export const fromOwnMessage: CloudEventMapper = ({ data }) => {
  const { data: head } = messageHead.safeParse(data)
  if (head === undefined) return undefined
  const { success, api_version: _version, source: _source, ...nvrpp } = head
  return { success, nvrpp }
}
