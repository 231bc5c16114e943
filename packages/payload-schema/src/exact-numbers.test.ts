import type { EprError } from '@epr/model'
import { afterAll, describe, expect, it } from 'vitest'
import { createPayloadSchemas } from './payload-schemas.js'

const schemas = createPayloadSchemas()
/** Decides everything in the workers. */
const distant = createPayloadSchemas({ limits: { mainSchemaLength: 0 } })
afterAll(() => Promise.all([schemas.close(), distant.close()]))

let nextId = 0

/** What is wrong with a payload under a schema that is good, both as JSON text; nothing when the list is empty. */
async function problemsOf(
  subject: typeof schemas,
  schema: string,
  payload: string,
): Promise<readonly string[]> {
  await subject.check(schema)
  try {
    await subject.validate({ id: `exact-${nextId++}`, schema }, JSON.parse(payload), payload)
    return []
  } catch (error) {
    return (error as EprError).details
  }
}

const BIG = '9007199254740993'
const NEXT = '9007199254740992'

/** Schema, payloads that satisfy it, payloads that do not: as JSON texts. */
const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    '{"uniqueItems":true}',
    [`[${NEXT},${BIG}]`, `[{"a":${NEXT}},{"a":${BIG}}]`, '[1e400,1e401]', `["${BIG}",${BIG}]`],
    [`[${BIG},${BIG}.0]`, `[[${BIG}],[9.007199254740993e15]]`, '[0,1,0.0]', '[1e400,10e399]'],
  ],
  [`{"enum":[${NEXT},"x"]}`, [NEXT, '9007199254740992.0', '"x"'], [BIG, `"${NEXT}"`]],
  [
    `{"enum":[${BIG},[${BIG}],{"a":[${BIG}]}]}`,
    [BIG, `${BIG}.00`, `[${BIG}]`, `{"a":[${BIG}]}`],
    [NEXT, '9007199254740994', `[${NEXT}]`, `{"a":${BIG}}`, `"${BIG}"`],
  ],
  [`{"const":${BIG}}`, [BIG, '9007199254740993e0', '90071992547409930e-1'], [NEXT, `[${BIG}]`, 'null']],
  ['{"const":{"n":[1e400]}}', ['{"n":[1e400]}', '{"n":[10e399]}'], ['{"n":[1e401]}', '{"n":[-1e400]}']],
  [`{"maximum":${NEXT}}`, [NEXT, '-1e400', '1e-400', '"a"'], [BIG, '1e400', '9007199254740992.5']],
  [`{"maximum":${BIG}}`, [BIG, NEXT, '1'], ['9007199254740993.1', '9007199254740994']],
  [`{"minimum":${BIG}}`, [BIG, '1e400'], [NEXT, '9007199254740992.99', '-1e400']],
  [`{"exclusiveMaximum":${BIG}}`, [NEXT, '9007199254740992.9999'], [BIG, '9007199254740994']],
  [`{"exclusiveMinimum":${NEXT}}`, [BIG, '9007199254740992.0000001'], [NEXT, '1']],
  ['{"exclusiveMinimum":0}', ['1e-400', '5e-324'], ['0', '-0', '-1e-400', '0e400']],
  [
    `{"$schema":"http://json-schema.org/draft-04/schema#","maximum":${BIG},"exclusiveMaximum":true}`,
    [NEXT],
    [BIG],
  ],
  ['{"multipleOf":2}', [NEXT, '1e400', '12345678901234567890'], [BIG, '1e-400', '12345678901234567891']],
  [`{"multipleOf":${BIG}}`, ['0', BIG, '18014398509481986'], ['1', NEXT, '18014398509481985']],
  ['{"multipleOf":1e-400}', ['1', '1e400', '3e-400'], ['1e-401']],
  ['{"multipleOf":0.01}', ['19.99', '12345678901234567890.12'], ['12345678901234567890.123']],
  [
    '{"type":"integer"}',
    ['1.0', '1e400', '-1e400', BIG, '12345678901234567890e-1', '1e99999999999'],
    ['9007199254740992.5', '1e-400', `"${BIG}"`, '1.00000000000000000001', 'null'],
  ],
  ['{"type":["integer","null"]}', ['1e400', 'null'], [`${BIG}.5`, 'true']],
  ['{"type":"number"}', ['1e400', BIG, '0.12345678901234567890'], [`"${BIG}"`, `[${BIG}]`]],
  ['{"type":"object"}', [`{"a":${BIG}}`], [BIG, '1e400']],
  ['{"type":["string","array"]}', [`[${BIG}]`, '"a"'], ['1e400']],
  ['{"not":{"type":"number"}}', ['"x"'], ['1e400', BIG]],
  [`{"contains":{"const":${BIG}}}`, [`[1,${BIG}]`], [`[${NEXT}]`, '[]']],
  [
    `{"contains":{"minimum":${BIG}},"minContains":2,"$schema":"https://json-schema.org/draft/2020-12/schema"}`,
    [`[${BIG},1e400]`],
    [`[${BIG},${NEXT}]`],
  ],
  [
    `{"properties":{"a":{"items":{"maximum":${NEXT}}}},"additionalProperties":{"type":"integer"}}`,
    [`{"a":[${NEXT},[${BIG}]],"b":1e400}`],
    [`{"a":[${BIG}]}`, '{"b":1e-400}'],
  ],
  [`{"patternProperties":{"^n":{"exclusiveMinimum":${NEXT}}}}`, [`{"n":${BIG}}`], [`{"n":${NEXT}}`]],
  [`{"$ref":"#/definitions/a","definitions":{"a":{"minimum":${BIG}}}}`, [BIG], [NEXT]],
  [`{"anyOf":[{"const":${BIG}},{"type":"string"}]}`, [BIG, '"a"'], [NEXT]],
  [`{"oneOf":[{"maximum":${NEXT}},{"minimum":${BIG}}]}`, [NEXT, BIG], ['9007199254740992.5']],
  [`{"if":{"const":${BIG}},"then":false}`, [NEXT], [BIG]],
  [
    `{"dependencies":{"a":{"properties":{"b":{"const":${BIG}}}}}}`,
    [`{"a":1,"b":${BIG}}`, `{"b":${NEXT}}`],
    [`{"a":1,"b":${NEXT}}`],
  ],
  [`{"maxItems":${BIG},"minLength":0.0,"maxProperties":1e400}`, ['[1]', '{"a":1e400}'], []],
  [`{"minItems":1e400}`, ['"a"'], ['[1]']],
  [`{"minLength":2.0,"maximum":${BIG}}`, ['"ab"'], ['"a"']],
]

describe.each([
  ['by whoever comes first', schemas],
  ['in a worker', distant],
])('exact numbers are decided on %s', (_where, subject) => {
  it.each(CASES)('%s', async (schema, valid, invalid) => {
    for (const payload of valid)
      expect([payload, await problemsOf(subject, schema, payload)]).toEqual([payload, []])
    for (const payload of invalid)
      expect([payload, (await problemsOf(subject, schema, payload)).length > 0]).toEqual([payload, true])
  })
})

it('says what is wrong with the numbers as they are written', async () => {
  const said = async (schema: string, payload: string) => (await problemsOf(schemas, schema, payload))[0]
  expect(await said(`{"maximum":${BIG}}`, '1e400')).toBe(`payload must be <= ${BIG}`)
  expect(await said(`{"properties":{"a":{"enum":[${BIG},1]}}}`, '{"a":2}')).toBe(
    `payload/a must be equal to one of the allowed values: ${BIG}, 1`,
  )
  expect(await said(`{"const":${BIG}}`, NEXT)).toBe(`payload must be equal to constant ${BIG}`)
  expect(await said('{"type":["integer","null"]}', `${BIG}.5`)).toBe('payload must be integer,null')
  expect(await said(`{"multipleOf":${BIG}}`, '1')).toBe(`payload must be multiple of ${BIG}`)
})

it.each([
  '{"multipleOf":0e400}',
  '{"multipleOf":-1e400}',
  '{"minLength":-1e400}',
  '{"minItems":1.00000000000000000001}',
  `{"maximum":"${BIG}"}`,
  `{"type":${BIG}}`,
  `{"required":[${BIG}]}`,
  `{"properties":${BIG}}`,
  BIG,
])('refuses the schema %s', async (schema) => {
  await expect(schemas.check(schema)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
