import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const SOURCES = new URL('../', import.meta.url)

/** Every source file of the server that is not a test, and its text. */
function readSources(): [name: string, text: string][] {
  const names = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => [name, readFileSync(new URL(name, SOURCES), 'utf8')])
}

/** `$1` or `$${…}` of a statement that no `::` follows; a replacement text of `replace` is not a statement's. */
const UNTYPED = /\$(?:\d+\b|\$\{[^}]*\})(?!::)/g

const untypedIn = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    if (line.includes('.replace(') || /^\s*(?:\/?\*|\/\/)/.test(line)) return []
    return line.match(UNTYPED) ?? []
  })

// PostgreSQL infers the type of `$1 + 1` as int4, so that a cursor beyond 2^31 is refused.
it('says the type of every parameter of every statement', () => {
  expect(untypedIn('select $1 + 1, $2::bigint, $${values.length}, $${values.length}::int')).toEqual([
    '$1',
    '$${values.length}',
  ])
  const untyped = readSources().flatMap(([name, text]) => untypedIn(text).map((found) => `${name}: ${found}`))
  expect(untyped).toEqual([])
})
