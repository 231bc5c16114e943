import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { toYaml } from './yaml-output.js'

/** What some reader or other takes for something else, or does not take at all. */
const TEXTS = [
  ...['on', 'off', 'yes', 'No', 'y', 'n', 'TRUE', 'true', 'null', '~', '', ' ', ' a', 'a ', '=', '<<'],
  ...[
    '1_000',
    '0123',
    '0o7',
    '0x1F',
    '0b1',
    '12:30:45',
    '190:20:30.15',
    '1e5',
    '1.5e3',
    '+1',
    '.5',
    '1.',
    '-0',
  ],
  ...[
    '.inf',
    '.NaN',
    '2001-12-14',
    '2001-12-14t21:59:43.10-05:00',
    '-',
    '- a',
    '?',
    '? a',
    ':',
    'a: b',
    'a:',
  ],
  ...[
    '#x',
    'a #b',
    '*a',
    '&a',
    '@a',
    '`a',
    '%a',
    '!a',
    '!!int 1',
    '---',
    '...',
    '[a',
    '{a}',
    'a, b',
    '|',
    '>',
    '"',
    "'",
  ],
  ...[
    'a\nb',
    'a\n',
    '\na',
    'a\n\n',
    '\ta',
    'a\r\nb',
    'a\rb',
    '  a\n b',
    '\u0000',
    '\u001b[2J',
    '\b',
    '\u007f',
  ],
  ...[
    '\u0085',
    'a\u0085b',
    'a\u2028b\u2029',
    '\ufeffa',
    '\u202ea',
    '\u2066',
    '\uffff',
    '\ud83d',
    '\ude80a',
    '🚀',
    'é',
  ],
  `${'word '.repeat(60)}end`,
  'long\u2028 '.repeat(30),
]

it.each(TEXTS)('%j is the same text for readers of YAML 1.1 and 1.2', (text) => {
  const value = { value: text, list: [text], nested: { [text]: [[text]] } }
  const yaml = toYaml(JSON.stringify(value))
  for (const version of ['1.1', '1.2'] as const) expect(parse(yaml, { version })).toEqual(value)
  // What the schemas of the library do not know: https://yaml.org/type/value.html, and section 4.1 of YAML 1.1.
  expect(yaml).not.toMatch(/(: |- )(=|<<)$/m)
  expect(yaml).not.toMatch(/[\u007f-\u009f\u2028\u2029\ufeff]|\p{Surrogate}/u)
})

it.each([
  ['1', '1'],
  ['12345678901234567890', '12345678901234567890'],
  ['1.10', '1.10'],
  ['-0', '-0'],
  ['1e5', '1.0e+5'],
  ['1.5E3', '1.5e+3'],
  ['-2E-7', '-2.0e-7'],
])('the number %s is %s, which has a point and a sign wherever YAML 1.1 wants them', (json, yaml) => {
  expect(toYaml(`{"a":${json}}`)).toBe(`a: ${yaml}`)
})

it('keeps the order of keys and those that are there twice', () => {
  expect(toYaml('{"b":1,"2":2,"1":{},"b":[]}')).toBe('b: 1\n"2": 2\n"1": {}\nb: []')
})
