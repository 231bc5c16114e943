import { expect, it } from 'vitest'
import { toEprError } from './error-response.js'

it('says why a library blames the client, and nothing of what is our fault', () => {
  const broken = Object.assign(new Error('unexpected end of file'), { status: 400 })
  expect(toEprError(broken)).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('unexpected end of file'),
    cause: broken,
  })
  const secret = Object.assign(new Error('hidden'), { status: 500 })
  expect(toEprError(secret)).toMatchObject({ code: 'INTERNAL', details: ['internal server error'] })
})
