import { nvrppKey, toAuthType } from '@epr/model'
import type { OutgoingMessage } from '../feed/outgoing-message.js'
import type { PublishRecord } from './publisher.js'

/** A message's records, from the whole to ever less of it; a broker takes the first one that it takes. */
export interface MessageRecords {
  cursor: string
  whole: PublishRecord
  /** With `ce_dataref` saying where the whole is to be had; made when needed. */
  toReferences(): PublishRecord[]
}

/**
 * The message in the binary mode of the CloudEvents Kafka binding (1.0.2, section 3.2): attributes as headers, and
 * as value the JSON that readers who know nothing of CloudEvents have always read. The subject is the message's
 * `id`, the event, receiver or group it is about: unlike the NVRPP, which is the key, a ULID needs no escaping.
 *
 * @param apiPrefix path of the API: `ce_dataref` is relative, because the server does not know its public address
 */
export function toRecords(message: OutgoingMessage, apiPrefix: string): MessageRecords {
  const key = Buffer.from(nvrppKey(message.nvrpp))
  const headers = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: message.ceId,
    ce_source: 'epr',
    ce_type: message.type,
    ce_time: message.occurredAt,
    ce_subject: message.id,
    // An extension: lower-case letters and digits only (CloudEvents 1.0.2, Naming Conventions).
    ...(message.gate && { ce_eprgate: message.gate }),
    // The Auth Context extension. Without the label: a topic cannot be made to forget a name.
    ...(message.actor && { ce_authtype: toAuthType(message.actor.type), ce_authid: message.actor.id }),
  }
  const toReference = (json: string): PublishRecord => ({
    key,
    value: Buffer.from(json),
    // The dataref extension: https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md
    headers: { ...headers, ce_dataref: apiPrefix + message.resource },
  })
  return {
    cursor: message.cursor,
    whole: { key, value: Buffer.from(message.json), headers },
    toReferences: () => [
      toReference(message.toJsonWithoutPayload()),
      toReference(message.toJsonWithoutSchema()),
    ],
  }
}
