import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  divideArray,
  divideObject,
  elementTexts,
  lightenJson,
  MAX_JSON_DEPTH,
  memberText,
  memberTexts,
  pickMembers,
  type Slices,
} from './json-scan.js'

const slices = (chars: number): Slices => ({ chars, turn: async () => undefined })

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

  it('takes the member out, the last of a repeated key', async () => {
    expect(
      await divideObject(' {"payload":1,"a":[2], "pay\\u006coad" : {"b":3} }', 'payload', slices(3)),
    ).toEqual({
      rest: ' {"payload":1,"a":[2], "pay\\u006coad" :null}',
      member: '{"b":3}',
      hasLongNumbers: false,
    })
    expect(await divideObject('{"a":1}', 'payload', slices(3))).toBeUndefined()
    expect(await divideObject('[{"payload":1}]', 'payload', slices(3))).toBeUndefined()
  })

  it('says of a divided object whether a number may be longer than any double keeps', async () => {
    const isLong = async (payload: string) =>
      (await divideObject(`{"a":1,"payload":${payload}}`, 'payload', slices(100)))?.hasLongNumbers
    for (const payload of ['123456789012345', '[-1,2.5]', '"1e400"', '{"1234567890123456":[ 1 ]}', 'true'])
      expect([payload, await isLong(payload)]).toEqual([payload, false])
    for (const payload of ['1234567890123456', '[[{"a": -12345678901234.5}]]', '1e4', '[0,1E400]'])
      expect([payload, await isLong(payload)]).toEqual([payload, true])
  })

  it('finds two parts that are JSON exactly when the whole is, whatever the text, in slices of any size', async () => {
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
    await fc.assert(
      fc.asyncProperty(fc.oneof(object, broken), fc.integer({ min: 1, max: 40 }), async (text, chars) => {
        const whole = tryParse(text)
        const divided = await divideObject(text, 'payload', slices(chars))
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

describe('an array that nobody has parsed', () => {
  const asParsed = (text: string): unknown[] | undefined => {
    try {
      const value: unknown = JSON.parse(text)
      return Array.isArray(value) ? value : undefined
    } catch {
      return undefined
    }
  }

  it('has elements that are JSON exactly when it is, whatever the text, in slices of any size', async () => {
    const array = fc.array(fc.jsonValue(), { maxLength: 8 }).map((value) => JSON.stringify(value))
    const broken = fc
      .tuple(array, fc.nat(), fc.nat(2), fc.stringMatching(/^["\\\\{}[\\]:, \\n1]{0,2}$/))
      .map(([text, place, length, put]) => {
        const at = place % (text.length + 1)
        return text.slice(0, at) + put + text.slice(at + length)
      })
    await fc.assert(
      fc.asyncProperty(fc.oneof(array, broken), fc.integer({ min: 1, max: 40 }), async (text, chars) => {
        const texts = await divideArray(text, 10, slices(chars))
        const elements = texts && asParsed(`[${texts.join(',')}]`)
        const isEach = texts?.every((one) => asParsed(`[${one}]`)?.length === 1)
        expect(isEach ? elements : undefined).toEqual(asParsed(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is not gone through to its end when it has too many elements', async () => {
    expect(await divideArray('[1,2,3]', 3, slices(2))).toEqual(['1', '2', '3'])
    expect(await divideArray('[1,2,3', 2, slices(2))).toBeUndefined()
    expect(await divideArray('[]', 2, slices(2))).toEqual([])
  })
})

it('picks members by their names, as JSON.parse takes them', async () => {
  const picked = await pickMembers('{"a":1,"b":[2, 3],"a":{"b":4}}', ['a', 'b', 'c'], slices(2))
  expect([...picked]).toEqual([
    ['a', '{"b":4}'],
    ['b', '[2, 3]'],
  ])
})

it('refuses nesting that is deeper than anybody needs, and takes the rest', () => {
  const nested = (depth: number) => `{"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`
  expect(memberTexts(nested(MAX_JSON_DEPTH - 1)).size).toBe(1)
  expect(() => memberTexts(nested(MAX_JSON_DEPTH))).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
  expect(() => memberTexts(nested(100_000))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

describe('taking large values out of JSON', () => {
  const names = new Set(['payload', 'schema'])

  it('leaves numbers in their places, at any depth', () => {
    const text =
      '{"data": [{"id":"1", "payload" : {"payload": 1, "a":"}\\""} ,"pay\\u006coad2":3},{"p\\u0061yload":-0}]}'
    expect(lightenJson(text, names)).toEqual({
      rest: '{"data": [{"id":"1", "payload" :0,"pay\\u006coad2":3},{"p\\u0061yload":1}]}',
      texts: ['{"payload": 1, "a":"}\\""}', '-0'],
    })
  })

  it('finds what parsing finds', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('payload', 'schema', 'name', '"', 'pay\\load'), tie('value'), {
          maxKeys: 3,
        }),
      ),
    })).value
    const restore = (value: unknown, texts: string[]): unknown => {
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return value.map((element) => restore(element, texts))
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [
          key,
          names.has(key) ? JSON.parse(texts[Number(member)] ?? '') : restore(member, texts),
        ]),
      )
    }
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const { rest, texts } = lightenJson(text, names)
        expect(restore(JSON.parse(rest), texts)).toEqual(JSON.parse(text))
      }),
    )
  })
})
