import { fromJsonText, isJsonText, type Json } from '@epr/model'
import { inferSchema } from '@epr/model/infer-schema'
import { api } from '../../data/api.js'

const NEWEST = 50
/** Longer payloads are asked for no more: what a schema says of them, the first ones have said. */
const ENOUGH_CHARS = 2_000_000

/** A schema that the newest payloads of a receiver satisfy, and of how many it is made; undefined when there is none. */
export async function proposeSchema(
  receiverId: string,
): Promise<{ text: string; payloads: number } | undefined> {
  const values: Json[] = []
  let chars = 0
  const events = api().events.findAll(
    { event_receiver_id: receiverId },
    { fields: ['payload'], order: 'desc', limit: NEWEST, exact: true },
  )
  for await (const { payload } of events) {
    if (!isJsonText(payload)) continue
    const text = fromJsonText(payload)
    values.push(JSON.parse(text) as Json)
    chars += text.length
    if (values.length >= NEWEST || chars > ENOUGH_CHARS) break
  }
  if (values.length === 0) return undefined
  return { text: JSON.stringify(inferSchema(values), null, 2), payloads: values.length }
}
