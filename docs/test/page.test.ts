import { expect, it } from 'vitest'
import { parsePage, toPattern } from './page.js'

const PAGE = `# Title
\`\`\`sh
echo one
\`\`\`

\`\`\`text
one
\`\`\`
\`\`\`sh no-run
docker compose up
\`\`\`
\`\`\`text
up
\`\`\`
\`\`\`sh background
serve
\`\`\`
\`\`\`ts
const never = 'run'
\`\`\`
\`\`\`text background
served
\`\`\`
`

it('takes commands and what they print, and leaves what is not to be run', () => {
  expect(parsePage(PAGE)).toEqual([
    { kind: 'command', text: 'echo one', line: 2, background: false },
    { kind: 'expectation', text: 'one', line: 6, background: false },
    { kind: 'command', text: 'serve', line: 15, background: true },
    { kind: 'expectation', text: 'served', line: 21, background: true },
  ])
})

it.each([
  ['{"id":"…"}', '{"id":"01J"}\n', true],
  ['{"id":"…"}', '{"id":"01J"}\nmore\n', false],
  ['one\n…\nlast', 'one\ntwo\nthree\nlast\n', true],
  ['one\n…\nlast', 'one\nlast\n', true],
  ['a.b', 'axb\n', false],
])('expects %j of %j: %s', (expected, printed, isMet) => {
  expect(toPattern(expected).test(printed)).toBe(isMet)
})
