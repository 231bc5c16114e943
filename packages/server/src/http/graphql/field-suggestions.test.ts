import { readFileSync } from 'node:fs'
import { buildSchema, parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import { FieldsWithSynonymsRule } from './field-suggestions.js'

const file = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')
const inputs = ['FindEventInput', 'FindEventReceiverInput', 'FindEventReceiverGroupInput']
const schema = buildSchema([file, ...inputs.map((name) => `input ${name} { id: ID }`)].join('\n'))
const problemsOf = (query: string) =>
  validate(schema, parse(query), [FieldsWithSynonymsRule]).map(({ message }) => message)

it.each([
  ['{ receivers { id } }', '"event_receivers"'],
  ['{ receiver { id } }', '"event_receivers"'],
  ['{ getReceivers { id } }', '"event_receivers"'],
  ['{ groups { id } }', '"event_receiver_groups"'],
  ['{ group { id } }', '"event_receiver_groups"'],
  ['{ gates { id } }', '"event_receiver_groups"'],
  ['{ event { id } }', '"events"'],
  ['{ listEvents { id } }', '"events"'],
  ['{ group_status { state } }', '"event_receiver_group_status"'],
  ['{ status { state } }', '"event_receiver_group_status"'],
  ['{ createEvent }', '"mutation { create_event }"'],
  ['mutation { add_receiver }', '"create_event_receiver"'],
  ['mutation { enable_group }', '"set_event_receiver_group_enabled"'],
  ['{ events(event: {}) { platform } }', '"platform_id"'],
])('%s suggests %s', (query, name) => {
  expect(problemsOf(query)).toEqual([expect.stringContaining(`Did you mean ${name}`)])
})

it('says where messages are, and nothing of what nobody can know', () => {
  expect(problemsOf('{ messages { id } }')).toEqual([expect.stringContaining('GET /api/v1/messages')])
  expect(problemsOf('{ weather }')).toEqual(['Cannot query field "weather" on type "Query".'])
  expect(problemsOf('{ events(event: {}) { id } }')).toEqual([])
})
