import { EprError } from '@epr/model'
import { expect, it } from 'vitest'
import { type CloudEventOptions, createCloudEventRecorder } from './cloud-event-recorder.js'

/** A registry that records names, and fails when it is told to. */
function createWorld(problems: Record<string, EprError>) {
  const recorded: string[] = []
  const answers = new Map<string, string>()
  const events = {
    async create({ fields }: { fields: { name: string } }) {
      const problem = problems[fields.name]
      if (problem) throw problem
      recorded.push(fields.name)
      return `id of ${fields.name}`
    },
  } as unknown as CloudEventOptions['registry']['events']
  const receivers = { find: async () => ({ rows: [{ id: 'receiver' }], more: false }) }
  const recorder = createCloudEventRecorder({
    registry: { events, receivers: receivers as unknown as CloudEventOptions['registry']['receivers'] },
    idempotency: {
      protect: () => {
        throw new Error('not here')
      },
      async once(names, create) {
        const key = names.join()
        const answer = answers.get(key) ?? (await create((body) => ({ body }) as never))
        answers.set(key, answer)
        return answer
      },
    },
    mappers: [],
  })
  return { recorder, recorded }
}

const toElement = (name: string) => {
  const value = { specversion: '1.0', id: name, source: '/s', type: 't', subject: `pkg:oci/${name}@1` }
  return { value, text: JSON.stringify(value) }
}

it('what the server is to blame for fails the batch, and sent again nothing is recorded twice', async () => {
  const problems: Record<string, EprError> = { b: new EprError('UNAVAILABLE', 'away') }
  const { recorder, recorded } = createWorld(problems)
  const batch = ['a', 'b', 'c'].map(toElement)
  await expect(recorder.recordMany(batch, undefined)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  delete problems.b
  expect(await recorder.recordMany(batch, undefined)).toEqual([
    { id: 'id of a' },
    { id: 'id of b' },
    { id: 'id of c' },
  ])
  expect(recorded.sort()).toEqual(['a', 'b', 'c'])
})

it('what an element is to blame for is its own', async () => {
  const { recorder } = createWorld({
    a: new EprError('PAYLOAD_MISMATCH', 'no', { details: ['one', 'two'] }),
    b: new EprError('INVALID_ARGUMENT', 'neither'),
  })
  expect(await recorder.recordMany(['a', 'b', 'c'].map(toElement), undefined)).toEqual([
    { errors: ['one', 'two'] },
    { errors: ['neither'] },
    { id: 'id of c' },
  ])
})
