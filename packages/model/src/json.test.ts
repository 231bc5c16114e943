import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  divideObject,
  elementTexts,
  MAX_JSON_DEPTH,
  memberText,
  memberTexts,
  stringifyJson,
  toJsonText,
} from './json.js'

describe('source texts of JSON', () => {
  it('gives the text of each member as it was sent', () => {
    const text = ' { "a" : 12345678901234567890 , "b\\"x":{"10":-0,"2":[1,"}"]}, "c":"\\\\" } '
    expect([...memberTexts(text)]).toEqual([
      ['a', '12345678901234567890'],
      ['b"x', '{"10":-0,"2":[1,"}"]}'],
      ['c', '"\\\\"'],
    ])
  })

  it('takes the last of a repeated key, also when it is written with an escape', () => {
    const text = '{"payload":1,"pay\\u006coad" : 2 }'
    expect(memberTexts(text).get('payload')).toBe('2')
    expect(memberText(text, 'payload')).toBe('2')
    expect(memberText(text, 'pay')).toBeUndefined()
  })

  it('reads empty objects and arrays', () => {
    expect(memberTexts('{ }').size).toBe(0)
    expect(elementTexts('[ ]')).toEqual([])
  })

  it('agrees with JSON.parse on every object and array', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          const members = memberTexts(JSON.stringify(value, null, indent))
          const parsed = [...members].map(([key, text]) => [key, JSON.parse(text)])
          expect(parsed).toEqual(Object.entries(JSON.parse(JSON.stringify(value))))
          const one = [...members.keys()].map((key) => memberText(JSON.stringify(value, null, indent), key))
          expect(one).toEqual([...members.values()])
        },
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 2), (value, indent) => {
        const elements = elementTexts(JSON.stringify(value, null, indent))
        expect(elements.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('dividing an object that nobody has parsed', () => {
  const tryParse = (text: string): { value: unknown } | undefined => {
    try {
      return { value: JSON.parse(text) }
    } catch {
      return undefined
    }
  }
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

  it('takes the member out, the last of a repeated key', () => {
    expect(divideObject(' {"payload":1,"a":[2], "pay\\u006coad" : {"b":3} }', 'payload')).toEqual({
      rest: ' {"payload":1,"a":[2], "pay\\u006coad" :null}',
      member: '{"b":3}',
      hasLongNumbers: false,
    })
    expect(divideObject('{"a":1}', 'payload')).toBeUndefined()
    expect(divideObject('[{"payload":1}]', 'payload')).toBeUndefined()
  })

  it('says of a divided object whether a number may be longer than any double keeps', () => {
    const isLong = (payload: string) =>
      divideObject(`{"a":1,"payload":${payload}}`, 'payload')?.hasLongNumbers
    for (const payload of ['123456789012345', '[-1,2.5]', '"1e400"', '{"1234567890123456":[ 1 ]}', 'true'])
      expect([payload, isLong(payload)]).toEqual([payload, false])
    for (const payload of ['1234567890123456', '[[{"a": -12345678901234.5}]]', '1e4', '[0,1E400]'])
      expect([payload, isLong(payload)]).toEqual([payload, true])
  })

  it('finds two parts that are JSON exactly when the whole is, whatever the text', () => {
    const object = fc
      .tuple(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        fc.dictionary(fc.string(), fc.jsonValue()),
      )
      .map(([before, payload, after]) => JSON.stringify({ ...before, payload, ...after }))
    // Characters that matter to JSON, put anywhere in place of up to two others.
    const broken = fc
      .tuple(object, fc.nat(), fc.nat(2), fc.stringMatching(/^["\\\\{}[\\]:, \\n1]{0,2}$/))
      .map(([text, place, length, put]) => {
        const at = place % (text.length + 1)
        return text.slice(0, at) + put + text.slice(at + length)
      })
    fc.assert(
      fc.property(fc.oneof(object, broken), (text) => {
        const whole = tryParse(text)
        const divided = divideObject(text, 'payload')
        const rest = divided && tryParse(divided.rest)
        const member = divided && tryParse(divided.member)
        if (rest && member)
          expect(whole && (whole.value as { payload: unknown }).payload).toEqual(member.value)
        else
          expect(whole && isObject(whole.value) && Object.hasOwn(whole.value as object, 'payload')).not.toBe(
            true,
          )
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('stringifyJson', () => {
  it('writes carried texts as they stand, wherever they are', () => {
    const exact = toJsonText('{"2":1,"1":12345678901234567890}')
    expect(stringifyJson({ data: [{ payload: exact, absent: undefined }] })).toBe(
      '{"data":[{"payload":{"2":1,"1":12345678901234567890}}]}',
    )
  })

  it('writes everything else as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(stringifyJson(value)).toBe(JSON.stringify(value))
      }),
    )
  })
})

it('refuses nesting that is deeper than anybody needs, and takes the rest', () => {
  const nested = (depth: number) => `{"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`
  expect(memberTexts(nested(MAX_JSON_DEPTH - 1)).size).toBe(1)
  expect(() => memberTexts(nested(MAX_JSON_DEPTH))).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
  expect(() => memberTexts(nested(100_000))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
