import { messageSchema } from '@epr/model'
import { buildMessage } from '@epr/testing'
import { expect, it } from 'vitest'
import { decodeMessage } from './decode.js'

it('reads a message, also as the original writes it, with null for an empty list', () => {
  const message = buildMessage()
  expect(decodeMessage(Buffer.from(JSON.stringify(message)))).toEqual(messageSchema.parse(message))
  const original = { ...message, data: { ...message.data, event_receiver_groups: null } }
  expect(decodeMessage(JSON.stringify(original)).data.event_receiver_groups).toEqual([])
})

it.each([
  ['nothing', null, /empty/],
  ['no bytes', Buffer.alloc(0), /empty/],
  ['text', Buffer.from('secret'), /not JSON/],
  ['half a JSON', '{"a":', /not JSON/],
  ['another shape', '{"a":1}', /not a message of EPR/],
  ['null', 'null', /not a message of EPR/],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
])('refuses %s', (_, value, reason) => {
  expect(() => decodeMessage(value)).toThrow(reason)
  expect(() => decodeMessage(value)).not.toThrow(/secret/)
})
