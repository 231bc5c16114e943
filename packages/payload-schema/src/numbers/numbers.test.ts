import { divideObject } from '@epr/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNumbers, isDouble, isInteger, isMultipleOf, readNumber, writeNumber } from './decimal.js'
import { hasExactNumbers, parseExact } from './exact-json.js'

describe('a number of JSON', () => {
  it.each([
    '0',
    '-0',
    '0.0e99999',
    '1',
    '1.0',
    '-1.50',
    '1e2',
    '9007199254740992',
    '0.1',
    '0.30000000000000004',
    '1.7976931348623157e308',
    '5e-324',
    '123456789012345',
    '1E+3',
    '100000000000000000000',
    '4.35',
  ])('%s is a double', (text) => {
    expect(isDouble(text)).toBe(true)
    expect(readNumber(text)).toBe(Number(text))
  })

  it.each([
    '9007199254740993',
    '12345678901234567890',
    '0.1000000000000000055511151231257827',
    '1e309',
    '-1e309',
    '1e-400',
    '9007199254740992.5',
    '1.00000000000000000001',
    '1e99999999999999999999',
    '0.12345678901234567890',
  ])('%s is not a double', (text) => {
    expect(isDouble(text)).toBe(false)
    expect(typeof readNumber(text)).toBe('bigint')
    expect(readNumber(writeNumber(readNumber(text)))).toBe(readNumber(text))
  })

  /** From the least to the greatest; those of one row are equal. */
  const ORDER = [
    ['-1e99999999999999999999'],
    ['-1e400', '-10e399'],
    ['-9007199254740993', '-9007199254740993.000'],
    ['-9007199254740992'],
    ['-1.00000000000000000001'],
    ['-1'],
    ['-1e-400'],
    ['0', '-0', '0e400', '0.000'],
    ['1e-400', '0.1e-399'],
    ['5e-324'],
    ['0.1', '1e-1'],
    ['0.1000000000000000055511151231257827'],
    ['1', '1.0', '10e-1'],
    ['1.00000000000000000001'],
    ['9007199254740992', '9007199254740992.0'],
    ['9007199254740992.5'],
    ['9007199254740993', '9.007199254740993e15', '90071992547409930e-1'],
    ['9007199254740994'],
    ['1e309', '10e308'],
    ['1.0000000000000000000001e309'],
    ['1e400'],
    ['1e99999999999999999999'],
  ]
  const ranked = ORDER.flatMap((row, rank) => row.map((text) => ({ text, rank, value: readNumber(text) })))

  it('is less than, equal to or greater than another as they are written', () => {
    for (const left of ranked)
      for (const right of ranked) {
        const pair = `${left.text} ? ${right.text}: `
        const sign = Math.sign(compareNumbers(left.value, right.value)) + 0
        expect(pair + sign).toBe(pair + (Math.sign(left.rank - right.rank) + 0))
        if (Object.is(left.value, -0) || Object.is(right.value, -0)) continue
        expect(pair + (left.value === right.value)).toBe(pair + (left.rank === right.rank))
      }
  })

  it.each([
    ['1.0', true],
    ['1e400', true],
    ['-1e99999999999999999999', true],
    ['9007199254740993', true],
    ['9007199254740993.0', true],
    ['12345678901234567890e-1', true],
    ['1.5', false],
    ['1e-400', false],
    ['9007199254740992.5', false],
    ['1.00000000000000000001', false],
    ['12345678901234567891e-1', false],
  ])('%s is an integer: %s', (text, is) => {
    expect(isInteger(readNumber(text))).toBe(is)
  })

  it.each([
    ['19.99', '0.01', true],
    ['9007199254740993', '2', false],
    ['9007199254740994', '2', true],
    ['9007199254740993', '3', true],
    ['12345678901234567890', '10', true],
    ['1e400', '3', false],
    ['1e400', '7e399', false],
    ['3e400', '3', true],
    ['1e400', '1e-400', true],
    ['1e99999999999999999999', '8', true],
    ['1e99999999999999999999', '3', false],
    ['1.00000000000000000001', '0.01', false],
    ['1.00000000000000000002', '0.00000000000000000001', true],
    ['5', '1e400', false],
    ['0', '1e400', true],
    ['9007199254740993', '9007199254740993', true],
    ['18014398509481986', '9007199254740993', true],
  ])('%s is a multiple of %s: %s', (value, divisor, is) => {
    expect(isMultipleOf(readNumber(value), readNumber(divisor))).toBe(is)
  })

  it('is compared as fractions are', () => {
    const decimal = fc.tuple(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.integer({ min: -40, max: 40 }),
    )
    const scaled = ([digits, exponent]: [bigint, number]) => digits * 10n ** BigInt(exponent + 40)
    const written = ([digits, exponent]: [bigint, number]) => readNumber(`${digits}e${exponent}`)
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const [left, right] = [scaled(a), scaled(b)]
        expect(Math.sign(compareNumbers(written(a), written(b))) + 0).toBe(
          left < right ? -1 : left > right ? 1 : 0,
        )
        expect(isInteger(written(a))).toBe(left % 10n ** 40n === 0n)
        if (right > 0n) expect(isMultipleOf(written(a), written(b))).toBe(left % right === 0n)
      }),
      { numRuns: 2_000 },
    )
  })

  it('with a million digits, or a power of as many, is read in time', () => {
    const begin = performance.now()
    for (const text of ['1'.repeat(1_000_000), `1${'0'.repeat(1_000_000)}1`, `1e${'9'.repeat(70)}`])
      compareNumbers(readNumber(text), readNumber('1e400'))
    expect(performance.now() - begin).toBeLessThan(3_000)
  })
})

describe('JSON with exact numbers', () => {
  it('is told by the numbers that stand outside of strings', () => {
    expect(
      hasExactNumbers('{"12345678901234567890":"12345678901234567890","a\\"1e400":[1,2.5,-0,true]}'),
    ).toBe(false)
    expect(hasExactNumbers('[[{"a":12345678901234567890}]]')).toBe(true)
    expect(hasExactNumbers('1e400')).toBe(true)
    expect(hasExactNumbers('{"a":"\\\\",')).toBe(false)
  })

  it('is looked at again where dividing an object has seen a long number, which are all it could have', async () => {
    const number = fc
      .tuple(fc.bigInt(), fc.nat(30), fc.option(fc.integer({ min: -500, max: 500 })))
      .map(
        ([digits, fraction, power]) =>
          `${digits}${fraction ? `.${'7'.repeat(fraction)}` : ''}${power === null ? '' : `e${power}`}`,
      )
    const json = fc.letrec<{ any: string }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        number,
        fc.string().map((text) => JSON.stringify(text)),
        fc.array(tie('any')).map((items) => `[ ${items.join(' , ')}]`),
        fc
          .dictionary(fc.string(), tie('any'))
          .map(
            (members) =>
              `{${Object.entries(members).map(([key, value]) => `${JSON.stringify(key)}:\n${value}`)}}`,
          ),
      ),
    })).any
    const slices = { chars: 1_000, turn: async () => undefined }
    await fc.assert(
      fc.asyncProperty(json, async (payload) => {
        const divided = await divideObject(`{"payload":${payload}}`, 'payload', slices)
        if (!divided?.hasLongNumbers) expect(hasExactNumbers(payload)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is parsed as JSON.parse does, but for them', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseExact(text)).toEqual(JSON.parse(text))
      }),
    )
    const big = readNumber('12345678901234567890')
    expect(
      parseExact('{"a":[12345678901234567890,{"b":1,"__proto__":12345678901234567890}],"c":"x"}'),
    ).toEqual(
      JSON.parse('{"a":[0,{"b":1,"__proto__":0}],"c":"x"}', (_, value) => (value === 0 ? big : value)),
    )
    expect(() => parseExact('[12345678901234567890,]')).toThrow(SyntaxError)
    expect(() => parseExact('[0012345678901234567890]')).toThrow(SyntaxError)
  })
})
