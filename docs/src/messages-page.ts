import {
  type Message,
  type MessageSummary,
  messageSchema,
  messageSummarySchema,
  type Nvrpp,
} from '@epr/model'
import { z } from 'zod'
// The headers are made in the server, which nobody imports: only this page does, to show what it really makes.
import { toRecords } from '../../packages/server/src/relay/record.js'
import { code, table, toPage } from './markdown.js'

/** One of each kind, as the feed of a server has it, with what it is about. */
export interface OutgoingMessage {
  when: string
  message: Message
}

const FIELDS: Readonly<Record<keyof Message, string>> = {
  success: "an event's own; true for all others",
  id: 'of the event, receiver or group that it is about; of a completion, the group',
  specversion: 'as CloudEvents has it',
  type: "the receiver's, the group's, or one of EPR's own",
  source: '',
  api_version: '',
  name: "the artifact's, or the receiver's or group's",
  version: 'likewise',
  release: 'likewise; of receivers and groups, the time of the change',
  platform_id: 'likewise',
  package: 'likewise',
  data: 'what it is about, whole: `events`, `event_receivers`, `event_receiver_groups`, each a list',
}

const SUMMARY: Readonly<Record<keyof MessageSummary, string>> = {
  cursor: 'where it stands',
  time: 'when it was published',
  ce_id: 'unique for each message',
  gate: 'of a completion: `opened` or `repeated`',
  actor: 'who did it; null when nobody was asked',
  kind: '`event`, `complete`, `receiver`, `group` or `modified`',
  ...{ type: 'as the message has it', id: 'likewise', name: 'likewise', version: 'likewise' },
  ...{ release: 'likewise', platform_id: 'likewise', package: 'likewise', success: 'likewise' },
  event_id: 'the event that it is about, or that has completed the group',
  event_receiver_id: "the event's receiver, or the one that it is about",
  group_id: 'the group that it is about',
  payload_bytes: "the size of the event's payload",
}

const NVRPP: Nvrpp = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }

/** The headers of a record, with values of an event: those of the whole, and those of a reference. */
function sampleHeaders() {
  const id = '01HKX0M0000000000000000002'
  const { whole, toReferences } = toRecords(
    {
      cursor: '1',
      time: '2024-01-12T09:00:00.100Z',
      ceId: '01HKX0M0000000000000000003',
      id,
      type: 'foo.bar',
      occurredAt: '2024-01-12T09:00:00.000Z',
      nvrpp: NVRPP,
      gate: 'opened',
      actor: { id: 'key:shop-ci', type: 'api_key', label: 'shop-ci' },
      resource: `/events/${id}`,
      json: '{}',
      toJsonWithoutPayload: () => '{}',
      toJsonWithoutSchema: () => '{}',
    },
    '/api/v1',
  )
  return { whole, reference: toReferences()[0] ?? whole }
}

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text)) && text.includes('T')

function toRow({ when, message }: OutgoingMessage): string[] {
  const { type, name, version, release, platform_id, package: packaging, data } = message
  const lists = Object.entries(data).flatMap(([list, items]) => (items.length > 0 ? [code(list)] : []))
  const nvrpp = [name, version, isTime(release) ? 'now' : release, platform_id, packaging]
  return [when, code(type), nvrpp.map(code).join(' '), lists.join(', ')]
}

/** @param sent one message of each kind */
export function messagesPage(sent: readonly OutgoingMessage[]): string {
  const { properties = {} } = z.toJSONSchema(messageSchema, { io: 'output' })
  const { whole, reference } = sampleHeaders()
  return toPage('Messages', [
    'Each is one record on the topic and one entry of the feed (`GET /api/v1/messages`). As sent when a receiver `build` of\nthe type `foo.bar`, a group `gate` over it of the type `foo.gate` and an event for `shop` are created:',
    table(['when', '`type`', 'name, version, release, platform_id, package', '`data` has'], sent.map(toRow)),
    '## Fields',
    table(
      ['field', 'type', ''],
      Object.entries(properties).map(([field, schema]) => [
        code(field),
        typeof schema === 'object' ? String(schema.type) : '',
        FIELDS[field as keyof Message],
      ]),
    ),
    'The `EventReceiver` of an event leaves out its `schema`, which stands in `event_receivers`; that of a completion, which\nhas no such list, is whole.',
    '## Summaries',
    `\`GET /api/v1/messages?view=summary\` has neither payloads nor schemas: entries of some 400 bytes, each flat. Of the stream each
is the \`data\` of an event.`,
    table(
      ['field', ''],
      Object.keys(messageSummarySchema.shape).map((field) => [
        code(field),
        SUMMARY[field as keyof MessageSummary],
      ]),
    ),
    `Both views take \`type\`, \`kind\`, \`receiver\` and \`group\` (ids), \`success\` and \`name\` (exact, or with \`*\` at the end what begins
so): a message is given when it is so in all of them. What is asked for by \`receiver\`, \`success\` or \`name\` is looked for among
2,000 messages at a time, by \`type\`, \`kind\` or \`group\` among 10,000: a page may be empty, and its \`next\` says where to go on.
\`tail=200\` begins 200 messages before the newest, in place of \`after\`; filters may leave fewer of those.`,
    '## Cursors',
    `A message's cursor in the feed is a whole number from 0 to 2^63 - 1, sent as a text: keep it as one, since the numbers of
JavaScript and of many readers of JSON are exact up to 2^53 only. A cursor behind which messages have been removed is
answered with GONE (410); a stream whose reader is overtaken so ends with \`event: error\`, whose \`data\` is the same error as a
page's, and one who comes back is answered 410. One that is ahead of the feed is waited for: the page is empty, its \`next\` is that cursor, and a
stream is silent until the feed has passed it. It comes from another registry, or from before
[a backup was restored](../how-to/back-up-and-restore.md#the-topic-and-the-cursors).`,
    '## On Kafka',
    `The key is the JSON array of the artifact's five strings: \`${whole.key.toString()}\`. The value is the message. The
headers are those of CloudEvents in binary mode:`,
    table(
      ['header', 'for example'],
      Object.entries(whole.headers).map(([name, value]) => [code(name), code(String(value))]),
    ),
    `\`ce_eprgate\` stands on the completion of a group, and says whether its gate has opened with it. \`ce_authtype\` and
\`ce_authid\` (the CloudEvents extension Auth Context) say who recorded the event, or created or switched what the message is
about; they are absent when nobody was asked. The feed has the same as \`gate\` and \`actor\` beside the message.`,
    'A message that is larger than the broker takes is sent with `payload: null` (if need be without `schema` too), and says\nwhere the whole is:',
    table(
      ['header', 'for example'],
      Object.entries(reference.headers)
        .filter(([name]) => !(name in whole.headers))
        .map(([name, value]) => [code(name), code(String(value))]),
    ),
    'What watchers put aside is described with [the watcher](../../packages/watcher/README.md#kafka).',
  ])
}
