import { expect, it } from 'vitest'
import { readEntries } from './entries.js'

async function read(text: string, chunkSize: number) {
  async function* bytes() {
    const all = new TextEncoder().encode(text)
    for (let at = 0; at < all.length; at += chunkSize) yield all.slice(at, at + chunkSize)
  }
  const entries = []
  for await (const { line, text: entry } of readEntries('it', bytes())) {
    entries.push([line, typeof entry === 'string' ? entry : 'bad'])
  }
  return entries
}

it.each<[string, string, [number, string][]]>([
  ['an object', '\n {"a":"}\\"]é"}', [[2, '{"a":"}\\"]é"}']]],
  [
    'an array',
    '[{"a":[1,{}]},\n{"b":2} ]\n',
    [
      [1, '{"a":[1,{}]}'],
      [2, '{"b":2}'],
    ],
  ],
  ['an empty array', ' [ ]', []],
  [
    'an array with a gap',
    '[{},,{}]',
    [
      [1, '{}'],
      [1, 'bad'],
      [1, '{}'],
    ],
  ],
  [
    'NDJSON',
    '{"n":12345678901234567890}\r\n\n{}\n',
    [
      [1, '{"n":12345678901234567890}'],
      [3, '{}'],
    ],
  ],
  [
    'NDJSON of arrays',
    '[{}]\n[{},{}]',
    [
      [1, '{}'],
      [2, '{}'],
      [2, '{}'],
    ],
  ],
  [
    'garbage between',
    '{}\n}\n{}',
    [
      [1, '{}'],
      [2, 'bad'],
      [3, '{}'],
    ],
  ],
  [
    'half an object',
    '{}\n{"a":',
    [
      [1, '{}'],
      [2, 'bad'],
    ],
  ],
  ['half an array', '[{}', [[1, 'bad']]],
  [
    'YAML',
    '# c\na: 1\n---\n- b: |\n    x\n- c\n---\n',
    [
      [1, '{"a":1}'],
      [3, '{"b":"x\\n"}'],
      [3, '"c"'],
    ],
  ],
  [
    'broken YAML between',
    'a: 1\n---\na: [\n---\nb: 1',
    [
      [1, '{"a":1}'],
      [2, 'bad'],
      [4, '{"b":1}'],
    ],
  ],
  [
    'CRLF and ends of documents',
    'a: 1\r\n...\r\n---\r\nb: |\r\n  x\r\n...\r\n',
    [
      [1, '{"a":1}'],
      [3, '{"b":"x\\n"}'],
    ],
  ],
  [
    'documents of comments only',
    'a: 1\n---\n# nothing here\n---\nb: 2\n--- # nor here\n...\n# at the end',
    [
      [1, '{"a":1}'],
      [4, '{"b":2}'],
    ],
  ],
  [
    'a document behind the end of one, without a mark',
    'a: 1\n...\nb: 2\n',
    [
      [1, '{"a":1}'],
      [3, '{"b":2}'],
    ],
  ],
  [
    'directives, each for its own document',
    '%YAML 1.1\n---\na: yes\n...\n%YAML 1.2\n---\na: yes\n',
    [
      [1, '{"a":true}'],
      [5, '{"a":"yes"}'],
    ],
  ],
  [
    'byte order marks',
    '\ufeffa: 1\n\ufeff---\nb: 2\n',
    [
      [1, '{"a":1}'],
      [2, '{"b":2}'],
    ],
  ],
  [
    'JSON between marks of YAML',
    '{"a":1}\n---\n{"b":2}\n...\n',
    [
      [1, '{"a":1}'],
      [3, '{"b":2}'],
    ],
  ],
  [
    'old line breaks',
    'a: 1\rb: 2\r---\rc: 3',
    [
      [1, '{"a":1,"b":2}'],
      [3, '{"c":3}'],
    ],
  ],
  ['a mark inside of a line', 'a: x --- y\n', [[1, '{"a":"x --- y"}']]],
  ['YAML in brackets', '{a: 1}', [[1, '{"a":1}']]],
  ['nothing', ' \n', []],
])('reads %s, however it is cut', async (_, text, entries) => {
  for (const chunkSize of [1, 3, 1_000]) expect(await read(text, chunkSize)).toEqual(entries)
})

it('refuses what is not UTF-8', async () => {
  async function* bytes() {
    yield new Uint8Array([0x7b, 0xff])
  }
  await expect(readEntries('it', bytes()).next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
