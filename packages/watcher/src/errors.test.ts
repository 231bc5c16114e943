import { EprError } from '@epr/model'
import { expect, it } from 'vitest'
import { describeError } from './errors.js'

const refused = Object.assign(new Error('connect ECONNREFUSED ::1:9'), { code: 'ECONNREFUSED' })
const both = Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' })

it.each<[string, unknown, string]>([
  ['an error', new TypeError('no'), 'TypeError: no'],
  [
    'what fetch throws',
    new TypeError('fetch failed', { cause: refused }),
    'TypeError: fetch failed: connect ECONNREFUSED ::1:9',
  ],
  [
    'what fetch throws of two addresses',
    new TypeError('fetch failed', { cause: both }),
    'TypeError: fetch failed: ECONNREFUSED',
  ],
  [
    'an error of EPR, which says all',
    new EprError('UNAVAILABLE', 'no answer from x', { cause: refused }),
    'EprError: no answer from x',
  ],
  [
    'a cause that is said already',
    new Error('not done: no', { cause: new Error('no') }),
    'Error: not done: no',
  ],
  ['a text', 'no', 'no'],
  ['a text as cause', new Error('not done', { cause: 'away' }), 'Error: not done: away'],
  ['nothing', undefined, 'undefined'],
  ['what cannot be turned into text', Object.create(null), 'an error that cannot be described'],
])('says %s', (_, error, text) => expect(describeError(error)).toBe(text))

it('is not endless, and cuts no character in two', () => {
  const error = new Error('🚀'.repeat(2_000))
  error.cause = error
  expect(describeError(error).length).toBeLessThanOrEqual(2_000)
  expect(describeError(error)).not.toMatch(/\p{Surrogate}/u)
})
