import { EprError } from '@epr/model'
import { expect, it } from 'vitest'
import { NOBODY } from '../../access/access.js'
import type { Call } from '../../call.js'
import { createCloudEvents } from './cloud-events.js'
import { fromPlainOutcome } from './plain-outcome.js'

const call: Call = { principal: NOBODY, requestId: 'test' }

it.each<[object, boolean | undefined]>([
  [{}, undefined],
  [{ data: { name: 'joe' } }, undefined],
  [{ data: { success: true, outcome: 'shipped' } }, undefined],
  [{ data: [{ success: false }] }, undefined],
  [{ data: { success: false } }, false],
  [{ data: { success: 'False' } }, false],
  [{ data: { outcome: 'FAILURE' } }, false],
  [{ success: false }, false],
  [{ success: 'false', data: 'text' }, false],
  [{ outcome: 'error', data: { success: true } }, false],
])('a CloudEvent of a kind that nobody knows says with %j: %s', (members, success) => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't', ...members }
  expect(fromPlainOutcome(event)?.success).toBe(success)
})

/** A registry that records names, each call with a scope once, and fails when it is told to. */
function createWorld(problems: Record<string, EprError>) {
  const recorded: string[] = []
  const ids = new Map<string, string>()
  const cloudEvents = createCloudEvents({
    events: {
      async create({ fields }, { once }) {
        const { name } = fields as { name: string }
        const scope = JSON.stringify(once?.scope)
        const known = ids.get(scope)
        if (known) return known
        const problem = problems[name]
        if (problem) throw problem
        recorded.push(name)
        ids.set(scope, `id of ${name}`)
        return `id of ${name}`
      },
    },
    equalityKey: (text) => text,
    findReceiver: async () => 'receiver',
    mappers: [],
  })
  return { cloudEvents, recorded }
}

const toInput = (name: string) => {
  const value = { specversion: '1.0', id: name, source: '/s', type: 't', subject: `pkg:oci/${name}@1` }
  return { value, text: JSON.stringify(value) }
}

it('what the server is to blame for fails the batch, and sent again nothing is recorded twice', async () => {
  const problems: Record<string, EprError> = { b: new EprError('UNAVAILABLE', 'away') }
  const { cloudEvents, recorded } = createWorld(problems)
  const batch = ['a', 'b', 'c'].map(toInput)
  await expect(cloudEvents.recordMany(batch, undefined, call)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  delete problems.b
  expect(await cloudEvents.recordMany(batch, undefined, call)).toEqual([
    { id: 'id of a' },
    { id: 'id of b' },
    { id: 'id of c' },
  ])
  expect(recorded.sort()).toEqual(['a', 'b', 'c'])
})

it('what an element is to blame for is its own, with its code', async () => {
  const { cloudEvents } = createWorld({
    a: new EprError('PAYLOAD_MISMATCH', 'no', { details: ['one', 'two'] }),
    b: new EprError('INVALID_ARGUMENT', 'neither'),
  })
  expect(await cloudEvents.recordMany(['a', 'b', 'c'].map(toInput), undefined, call)).toEqual([
    { errors: ['one', 'two'], error: { code: 'PAYLOAD_MISMATCH', message: 'no', details: ['one', 'two'] } },
    { errors: ['neither'], error: { code: 'INVALID_ARGUMENT', message: 'neither', details: ['neither'] } },
    { id: 'id of c' },
  ])
})
