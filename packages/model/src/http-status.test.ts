import { expect, it } from 'vitest'
import { codeOfStatus, HTTP_STATUS } from './http-status.js'

it('reads every status of the table back as a code that has it', () => {
  for (const status of Object.values(HTTP_STATUS)) expect(HTTP_STATUS[codeOfStatus(status)]).toBe(status)
})

it.each([
  [408, 'TIMEOUT'],
  [418, 'INVALID_ARGUMENT'],
  [502, 'UNAVAILABLE'],
  [507, 'INTERNAL'],
])('reads %i, which the table does not have, as %s', (status, code) => {
  expect(codeOfStatus(status)).toBe(code)
})
