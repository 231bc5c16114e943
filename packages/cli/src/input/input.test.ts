import { fromJsonText } from '@epr/model'
import { expect, it } from 'vitest'
import { parseExact, readJsonFlag } from './input.js'

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
  ['hash: !!binary aGk=\ntwo: !!binary |\n  aGVs\n  bG8=', '{"hash":"aGk=","two":"aGVsbG8="}'],
  ['when: !!timestamp 2001-12-14t21:59:43.10-05:00', '{"when":"2001-12-14t21:59:43.10-05:00"}'],
  ['s: !!set {a, b}\nt: !!set\n  ? x\n  ? 1', '{"s":{"a":null,"b":null},"t":{"x":null,"1":null}}'],
  ['o: !!omap\n  - b: 1\n  - a: 2', '{"o":{"b":1,"a":2}}'],
  ['p: !!pairs [a: 1, a: 2]', '{"p":[{"a":1},{"a":2}]}'],
  ['n: !!str 012\nf: !!float 1.0\ni: !!int 0x1F\nb: !!bool true', '{"n":"012","f":1.0,"i":31,"b":true}'],
  [
    'a: .12345678901234567890\nb: +12345678901234567890\nc: 1.\nd: 1e400\ne: -.5E+3\nf: 0o7\ng: 0xffffffffffffffffff',
    '{"a":0.12345678901234567890,"b":12345678901234567890,"c":1,"d":1e400,"e":-0.5e+3,"f":7,"g":4722366482869645213695}',
  ],
  ['a: 1_000\nb: 12:30:45\nc: =\nd: 0b11\ne: on', '{"a":"1_000","b":"12:30:45","c":"=","d":"0b11","e":"on"}'],
  ['%YAML 1.1\n---\na: yes\nb: 2001-12-14', '{"a":true,"b":"2001-12-14"}'],
  ['~: a\nTrue: b\n0x10: c\n.inf: d', '{"~":"a","True":"b","0x10":"c",".inf":"d"}'],
  ['"<<": {a: 1}', '{"<<":{"a":1}}'],
  ['a: &x [1]\nb: *x', '{"a":[1],"b":[1]}'],
  [
    'base: &b {x: 1, y: 2}\nmore: {<<: [*b, {z: 3}], y: 4}',
    '{"base":{"x":1,"y":2},"more":{"x":1,"y":4,"z":3}}',
  ],
  ['a: |\r\n  one\r\n  two\r\nb: "x\\r\\ny"\r\n', '{"a":"one\\ntwo\\n","b":"x\\r\\ny"}'],
  ['a: 1\rb: 2', '{"a":1,"b":2}'],
  ['# c\n---\n# c\n---\na: 1\n...\n', '{"a":1}'],
  ['2026-11-01', '"2026-11-01"'],
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
  ['a: 0123456', /"0123456" in quotes/],
  ['a: -01.50', /zero in front/],
  ['a: .nan', /JSON cannot hold/],
  ['a: !!binary "%%"', /base64/],
  ['a: !secret x', /tag/],
  ['a: !!float x', /tag/],
  ['a: !!bool yes', /tag|bool/],
  ['? {a: 1}\n: b', /a key must not be/],
  [': b', /a key must not be empty/],
  ['1: a\n"1": b', /"1" is there twice/],
  ['o: !!omap [a: 1, a: 2]', /unique|duplicate/i],
  ['%YAML 3.0\n---\na: 1', /version/],
  ['a: *nobody', /alias/i],
  ['a: "\\xZZ"', /line 1/],
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

async function* stdin(...chunks: Uint8Array[]) {
  yield* chunks
}

it.each(['-', '@-'])('%s is stdin', async (value) => {
  expect(fromJsonText(await readJsonFlag('--payload', value, stdin(Buffer.from('{"tests":7}'))))).toBe(
    '{"tests":7}',
  )
})

const TEXT = '{"a": "é🚀"}'
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

it.each<[string, Buffer]>([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16 the other way', utf16be(`\ufeff${TEXT}`)],
  ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le')],
  ['UTF-16 the other way without a mark', utf16be(TEXT)],
])('reads %s, however it is cut', async (_, bytes) => {
  const chunks = [...bytes].map((byte) => Uint8Array.of(byte))
  expect(fromJsonText(await readJsonFlag('--payload', '-', stdin(...chunks)))).toBe(TEXT)
})

it.each<[string, number[]]>([
  ['invalid UTF-8', [0x22, 0xff, 0x22, 0x0a]],
  ['half a character at the end', [0x22, 0x61, 0x22, 0xc3]],
  ['half a pair in UTF-16', [0xff, 0xfe, 0x22, 0x00, 0x3d, 0xd8, 0x22, 0x00]],
  ['UTF-32', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x31]],
])('refuses %s', async (_, bytes) => {
  const reading = readJsonFlag('--payload', '-', stdin(Uint8Array.from(bytes)))
  await expect(reading).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('UTF'),
  })
})

it.each(['build.json', 'out/report.yml', './package.json', 'package.json'])(
  'asks for the @ of %s, and takes it in quotes',
  async (name) => {
    const reading = readJsonFlag('--payload', name, stdin())
    await expect(reading).rejects.toMatchObject({ message: expect.stringContaining(`@${name}`) })
    expect(fromJsonText(await readJsonFlag('--payload', `"${name}"`, stdin()))).toBe(`"${name}"`)
  },
)

it.each(['1.5', 'hello', 'a.b', 'https://epr.test/x.json', '{"a":"x.json"}'])(
  'takes %s as it stands',
  async (text) => {
    await readJsonFlag('--payload', text, stdin())
  },
)
