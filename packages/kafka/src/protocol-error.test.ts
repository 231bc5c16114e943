import { expect, it } from 'vitest'
import { isTooLarge, protocolErrorOf } from './protocol-error.js'

const refused = (type: string) => Object.assign(new Error('refused'), { type })

it("finds the protocol's name of an error, also where it is only a cause", () => {
  expect(protocolErrorOf(refused('TOPIC_AUTHORIZATION_FAILED'))).toBe('TOPIC_AUTHORIZATION_FAILED')
  const wrapped = new Error('no more retries', { cause: refused('UNKNOWN_TOPIC_OR_PARTITION') })
  expect(protocolErrorOf(wrapped)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect(protocolErrorOf(new Error('a socket'))).toBeUndefined()
  expect(protocolErrorOf('a text')).toBeUndefined()
})

it.each(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])('%s says that records are too large', (type) => {
  expect(isTooLarge(new Error('gave up', { cause: refused(type) }))).toBe(true)
  expect(isTooLarge(refused('NOT_LEADER_FOR_PARTITION'))).toBe(false)
})
