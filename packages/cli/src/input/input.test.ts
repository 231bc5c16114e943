import { fromJsonText } from '@epr/model'
import { expect, it } from 'vitest'
import { parseExact } from './input.js'

const parse = async (text: string) => fromJsonText(await parseExact('it', text))

it.each([
  ['{"n": 12345678901234567890, "2":1, "1":-0}', '{"n": 12345678901234567890, "2":1, "1":-0}'],
  [
    'n: 12345678901234567890\nm: 1.10\nh: 0xff\nneg: -0',
    '{"n":12345678901234567890,"m":1.10,"h":255,"neg":-0}',
  ],
  ['2: b\n1: a\n1.10: c\n__proto__: d', '{"2":"b","1":"a","1.10":"c","__proto__":"d"}'],
  ['base: &b {x: 1}\nmore: {<<: *b, y: ~}', '{"base":{"x":1},"more":{"x":1,"y":null}}'],
  ['hello', '"hello"'],
  ['- yes\n- true\n- 2026-11-01', '["yes",true,"2026-11-01"]'],
])('reads %j exactly', async (text, json) => {
  expect(await parse(text)).toBe(json)
})

it.each([
  ['{"a": 1', /line 1, column \d+/],
  ['a: 1\na: 2', /line 2, column 1/],
  ['', /must not be blank/],
  ['# nothing', /must not be blank/],
  ['a: .inf', /JSON cannot hold/],
  ['a\n---\nb', /more than one/],
  ['['.repeat(300) + ']'.repeat(300), /nested/],
  [
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]`,
    /alias/,
  ],
])('refuses %j', async (text, problem) => {
  await expect(parse(text)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(problem),
  })
})
