import { EprError } from '@epr/model'
import { afterAll, describe, expect, it } from 'vitest'
import { createPayloadSchemas } from './payload-schemas.js'
import { checkCode, codeOf } from './test-schemas.js'

const catalogue = {
  documents: new Map([
    ['http://example.com/known.json', { $id: 'http://example.com/known.json', type: 'string' }],
  ]),
}
const schemas = createPayloadSchemas({ catalogue })
/** Decides everything in the workers. */
const distant = createPayloadSchemas({ catalogue, limits: { mainSchemaLength: 0 } })
afterAll(() => Promise.all([schemas.close(), distant.close()]))

const DRAFT = {
  4: 'http://json-schema.org/draft-04/schema#',
  6: 'https://json-schema.org/draft-06/schema',
  7: 'http://json-schema.org/draft-07/schema#',
  2019: 'https://json-schema.org/draft/2019-09/schema',
  2020: 'https://json-schema.org/draft/2020-12/schema#',
}

const fanOut = (depth: number): object => ({
  $ref: '#/definitions/a0',
  definitions: Object.fromEntries(
    Array.from({ length: depth + 1 }, (_, i) => {
      const next = { $ref: `#/definitions/a${i + 1}` }
      return [`a${i}`, i < depth ? { allOf: [next, next] } : { type: 'object' }]
    }),
  ),
})

const parsed = (text: string): unknown => JSON.parse(text)

/** Schema, a payload that satisfies it, one that does not. */
const SEMANTICS: readonly (readonly [string, unknown, unknown, unknown])[] = [
  ['false refuses all but is a schema', { not: false, type: 'object' }, {}, 1],
  ['draft-04 exclusiveMaximum', { $schema: DRAFT[4], maximum: 3, exclusiveMaximum: true }, 2, 3],
  [
    'draft-04 id',
    { $schema: DRAFT[4], id: 'http://a/b', definitions: { c: { id: '#c', type: 'null' } }, $ref: '#c' },
    null,
    1,
  ],
  ['draft-06 const', { $schema: DRAFT[6], const: { a: [1] } }, { a: [1] }, { a: [2] }],
  ['draft-06 knows no if', parsed(`{"$schema":"${DRAFT[6]}","type":"number","if":true,"then":false}`), 1, ''],
  [
    'draft-07 if/then/else',
    parsed('{"if":{"type":"string"},"then":{"minLength":2},"else":{"type":"null"}}'),
    'ab',
    'a',
  ],
  [
    'draft-07 $ref overrides its siblings',
    { properties: { a: { $ref: '#/definitions/a', type: 'null' } }, definitions: { a: { type: 'string' } } },
    { a: '' },
    { a: null },
  ],
  [
    'draft 2019-09 dependentRequired',
    { $schema: DRAFT[2019], dependentRequired: { a: ['b'] } },
    { a: 1, b: 1 },
    { a: 1 },
  ],
  [
    'draft 2019-09 $recursiveRef',
    {
      $schema: DRAFT[2019],
      $recursiveAnchor: true,
      properties: { a: { $recursiveRef: '#' } },
      unevaluatedProperties: false,
    },
    { a: { a: {} } },
    { a: { b: 1 } },
  ],
  [
    'draft 2020-12 prefixItems',
    { $schema: DRAFT[2020], prefixItems: [{ type: 'string' }], items: false },
    ['a'],
    ['a', 1],
  ],
  [
    'draft 2020-12 $dynamicRef',
    {
      $schema: DRAFT[2020],
      $dynamicAnchor: 'node',
      properties: { a: { $dynamicRef: '#node' } },
      required: ['v'],
    },
    { v: 1, a: { v: 1 } },
    { v: 1, a: {} },
  ],
  ['a format', { format: 'date-time' }, '2024-01-01T00:00:00Z', 'yesterday'],
  [
    'an unknown format and keyword',
    { format: 'constructor', nullable: true, shiny: 1, type: 'string' },
    'x',
    null,
  ],
  ['$async does not switch validation off', { $async: true, type: 'string' }, 'x', 1],
  ['$data is data', { const: { $data: '/a' } }, { $data: '/a' }, 1],
  ['required toString', { required: ['toString'] }, { toString: 1 }, {}],
  [
    'a property constructor',
    { properties: { constructor: { type: 'string' } } },
    { constructor: '' },
    { constructor: 1 },
  ],
  [
    'no foreign constructor',
    { properties: { constructor: { type: 'string' } }, minProperties: 1 },
    { a: 1 },
    {},
  ],
  [
    'a property __proto__',
    parsed('{"properties":{"__proto__":{"type":"string"}},"additionalProperties":false}'),
    parsed('{"__proto__":""}'),
    parsed('{"__proto__":1}'),
  ],
  ['an additional __proto__', { additionalProperties: false }, {}, parsed('{"__proto__":{}}')],
  [
    'a pattern __proto__',
    parsed('{"patternProperties":{"__proto__":{"type":"string"}}}'),
    { __proto__x: '' },
    { __proto__x: 1 },
  ],
  [
    'a dependency of __proto__',
    parsed('{"dependencies":{"__proto__":["a"]}}'),
    {},
    parsed('{"__proto__":1}'),
  ],
  ['objects with valueOf are compared', { enum: [{ valueOf: 1 }] }, { valueOf: 1 }, { valueOf: 2 }],
  ['const without order', { const: { a: 1, b: 2 } }, { b: 2, a: 1 }, { a: 1 }],
  [
    'property names that are code',
    { properties: { '"];process.exit()//': { type: 'null' } } },
    { '"];process.exit()//': null },
    { '"];process.exit()//': 1 },
  ],
  [
    'unique items',
    { uniqueItems: true },
    [1, '1', true, 'true', null, [], {}],
    [
      { a: 1, b: 0 },
      { b: -0, a: 1.0 },
    ],
  ],
  ['pattern is unanchored and unicode', { pattern: '^.[\\s]\\p{Letter}' }, '😀\u00a0é', 'a b'.slice(0, 2)],
  ['multiples of decimals', { multipleOf: 0.01 }, 19.99, 19.999],
  ['a $ref to the catalogue', { $ref: 'http://example.com/known.json' }, 'a', 1],
  [
    'a $ref to a meta-schema',
    { $ref: 'https://json-schema.org/draft/2020-12/schema' },
    { type: 'string' },
    { properties: { a: { type: 'x' } } },
  ],
  [
    'an $id of the catalogue is its owner’s',
    { $id: 'http://example.com/known.json', properties: { a: { $ref: 'known.json' } }, type: 'object' },
    { a: {} },
    { a: '' },
  ],
  [
    'an $id of a meta-schema is its owner’s',
    { $id: 'http://json-schema.org/draft-07/schema', properties: { a: { $ref: '#' } }, type: 'object' },
    { a: {} },
    { a: true },
  ],
]

describe.each([
  ['on the main thread', schemas],
  ['in a worker', distant],
])('a payload %s', (_where, subject) => {
  it.each(SEMANTICS)('is held to %s', async (_name, schema, valid, invalid) => {
    expect(await checkCode(subject, schema)).toBe('ok')
    expect(await codeOf(subject, schema, valid)).toBe('ok')
    expect(await codeOf(subject, schema, invalid)).toBe('PAYLOAD_MISMATCH')
  })
})

describe('a payload', () => {
  it('is refused with every violation named', () => {
    const receiver = {
      id: 'r',
      schema: JSON.stringify({ required: ['x'], properties: { 'a/b': { type: 'string' } } }),
    }
    const payload = { 'a/b': 1 }
    const refused = catchError(() => schemas.validate(receiver, payload, JSON.stringify(payload)))
    expect(refused).toBeInstanceOf(EprError)
    expect([...refused.details].sort()).toEqual([
      "payload must have required property 'x'",
      'payload/a~1b must be string',
    ])
  })

  it('is decided at once when schema and payload are small', () => {
    const receiver = { id: 'sync', schema: '{"type":"object"}' }
    expect(schemas.validate(receiver, {}, '{}')).toBeUndefined()
  })

  it('is accepted by {} and true, and refused by false', async () => {
    for (const schema of ['{}', ' true\n', ' { } ']) {
      expect(schemas.validate({ id: schema, schema }, 1, '1')).toBeUndefined()
    }
    expect(await codeOf(schemas, false, 1)).toBe('PAYLOAD_MISMATCH')
  })

  it('with a million violations is refused with the first of them', async () => {
    const payload = Array.from({ length: 100_000 }, () => 1)
    expect(await codeOf(schemas, { items: { type: 'string' } }, payload)).toBe('PAYLOAD_MISMATCH')
  })

  it('of 100,000 levels overflows no stack', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const refuse = async (schema: string): Promise<void> =>
      schemas.validate({ id: schema, schema }, parsed(deep), deep)
    await expect(refuse('{"items":{"$ref":"#"}}')).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' })
    await expect(refuse('{"enum":[[]]}')).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' })
  })

  it.each(['(a+)+$', '^(?:a|aa)+$', '(.*)*x'])(
    'costs linear time against the pattern %s',
    async (pattern) => {
      const text = `${'a'.repeat(50_000)}!`
      const begin = performance.now()
      await codeOf(schemas, { pattern }, text)
      await codeOf(schemas, { patternProperties: { [pattern]: false } }, { [text]: 1 })
      expect(performance.now() - begin).toBeLessThan(2_000)
    },
  )

  it('is held to an unusable schema from elsewhere as to one that nothing satisfies', async () => {
    expect(await codeOf(schemas, { $ref: '#/nowhere' }, 1)).toBe('PAYLOAD_MISMATCH')
    expect(await codeOf(schemas, { type: 'strnig' }, 1)).toBe('PAYLOAD_MISMATCH')
    expect(await codeOf(schemas, { required: 5 }, 1)).toBe('PAYLOAD_MISMATCH')
  })
})

describe('the formats of times (RFC 3339)', () => {
  it.each([
    ['date-time', '1963-06-19t08:30:06.283185z'],
    ['date-time', '1998-12-31T15:59:60.123-08:00'],
    ['date-time', '0000-02-29T00:00:00Z'],
    ['time', '08:30:06.283185Z'],
    ['time', '23:59:60Z'],
    ['time', '00:29:60+00:30'],
  ])('%s: %s is one', async (format, text) => {
    expect(await codeOf(schemas, { format }, text)).toBe('ok')
  })

  it.each([
    ['date-time', '1963-06-19 08:30:06Z'],
    ['date-time', '1963-06-19T08:30:06+0100'],
    ['date-time', '1963-06-19T08:30:06+01'],
    ['date-time', '1998-12-31T22:59:60Z'],
    ['date-time', '1963-02-30T08:30:06Z'],
    ['date-time', '1963-06-19T24:00:00Z'],
    ['time', '08:30:06'],
    ['time', '24:00:00Z'],
    ['time', '08:30:60Z'],
  ])('%s: %s is not one', async (format, text) => {
    expect(await codeOf(schemas, { format }, text)).toBe('PAYLOAD_MISMATCH')
  })
})

describe('the format email (RFC 5321, 4.1.2)', () => {
  const schema = { format: 'email' }
  it.each([
    'root@localhost',
    'a.b+c@example.com',
    "o'neil/x@a-b.example",
    '"john doe"@example.com',
    '"a\\"b@c"@example.com',
    'x@[192.0.2.1]',
    'x@[IPv6:2001:db8::1]',
    'x@[tag:abc]',
    'x@1.2',
    `${'a'.repeat(64)}@example.com`,
  ])('takes %s', async (text) => {
    expect(await codeOf(schemas, schema, text)).toBe('ok')
  })

  it.each([
    '',
    'root',
    '@localhost',
    'root@',
    'a..b@example.com',
    '.a@example.com',
    'a@-b.example',
    'a@b-',
    'a@b..c',
    'a b@c',
    'a@b c',
    'a@b@c',
    'x@[192.0.2.256]',
    'x@[IPv6:zz]',
    'x@[]',
    'a@b\n',
    'ä@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}`,
    `a@${'b.'.repeat(130)}c`,
  ])('refuses %j', async (text) => {
    expect(await codeOf(schemas, schema, text)).toBe('PAYLOAD_MISMATCH')
  })
})

describe('a schema', () => {
  it.each([
    ['is not JSON', '{'],
    ['is not an object', '[]'],
    ['is of an unknown draft', { $schema: 'http://json-schema.org/draft-03/schema#' }],
    ['has a $schema that is not a string', { $schema: 4 }],
    ['has an unknown type', { properties: { a: { type: 'strnig' } } }],
    ['refers to the web', { $ref: 'http://127.0.0.1:1/schema.json' }],
    ['refers to a file', { $ref: 'file:///etc/passwd' }],
    [
      'refers to a link-local address',
      { properties: { a: { $ref: 'http://169.254.169.254/latest/meta-data' } } },
    ],
    ['refers to nothing', { $ref: '#/definitions/none' }],
    [
      'refers to a path of the meta-schemas',
      { $ref: 'https://json-schema.org/draft/2020-12/meta/../../../package' },
    ],
    ['refers to itself', { $ref: '#' }],
    [
      'refers to itself by detours',
      { allOf: [{ $ref: '#/definitions/a' }], definitions: { a: { not: { $ref: '#' } } } },
    ],
    ['multiplies its references', fanOut(21)],
    ['has 20,000 branches', { anyOf: Array.from({ length: 20_000 }, (_, i) => ({ const: i })) }],
    ['has a lookahead', { pattern: '^(?!a)' }],
    ['has a back-reference', { patternProperties: { '(a)\\1': true } }],
    ['has a named back-reference', { pattern: '(?<n>a)\\k<n>' }],
    ['repeats too often', { pattern: '(a{1000}){1000}' }],
    ['repeats more than 1,000 times', { pattern: '^.{1,2048}$' }],
    ['has the lookahead of SPDX 3', { pattern: '^(?!_:).+:.+' }],
    ['names no draft', { $schema: 'http://json-schema.org/schema#' }],
    ['has a pattern of half a million instructions', { pattern: 'a{1000}'.repeat(500) }],
    ['is too long', { title: 'x'.repeat(1024 * 1024) }],
  ])('that %s is refused', async (_name, schema) => {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
    await expect(schemas.check(text)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('that nests 100,000 levels is refused', async () => {
    const text = `${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`
    await expect(schemas.check(text)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('that is wrong is refused with one reason for each place', async () => {
    const refused = schemas.check('{"type":12,"properties":{"a":{"type":"strnig"}},"minLength":-1}')
    await expect(refused).rejects.toMatchObject({
      details: [
        expect.stringContaining('schema/minLength must be >= 0'),
        expect.stringContaining('schema/properties/a/type must be equal to one of'),
        expect.stringContaining('schema/type must be equal to one of'),
      ],
    })
  })

  it('that refers to nothing known is refused with the reference', async () => {
    const refused = schemas.check('{"$ref":"http://10.0.0.1/secret"}')
    await expect(refused).rejects.toThrow('http://10.0.0.1/secret')
  })

  it('may have the $id of another, with other sub-schemas below it', async () => {
    const about = (type: string): object => ({
      $id: 'http://example.com/twin',
      properties: { a: { $ref: 'http://example.com/part' } },
      definitions: { part: { $id: 'http://example.com/part', type } },
    })
    for (const subject of [schemas, distant]) {
      expect(await checkCode(subject, about('string'))).toBe('ok')
      expect(await checkCode(subject, about('number'))).toBe('ok')
      expect(await codeOf(subject, about('string'), { a: '' })).toBe('ok')
      expect(await codeOf(subject, about('number'), { a: 1 })).toBe('ok')
      expect(await codeOf(subject, about('number'), { a: '' })).toBe('PAYLOAD_MISMATCH')
      expect(await checkCode(subject, { $ref: 'http://example.com/part' })).toBe('INVALID_ARGUMENT')
    }
  })

  it.each(Object.entries(DRAFT))('of draft %s may be the meta-schema itself', async (_draft, $ref) => {
    expect(await checkCode(schemas, { $schema: $ref, $ref })).toBe('ok')
  })

  it('of 1,000 properties is compiled in time', async () => {
    const properties = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, { minLength: i }]))
    expect(await checkCode(schemas, { properties })).toBe('ok')
    expect(await codeOf(schemas, { properties }, { p5: 'abc' })).toBe('PAYLOAD_MISMATCH')
  })
})

function catchError(attempt: () => unknown): EprError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof EprError) return error
  }
  throw new Error('nothing was refused')
}
