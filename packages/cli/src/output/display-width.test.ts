import { expect, it } from 'vitest'
import { displayWidth, fitWidth } from './display-width.js'
import { createStyle } from './output.js'
import { toTable } from './table.js'

/** Emoji and their sequences, flags, marks, wide and very wide scripts, in all places. */
const TEXTS = ['🚀', 'a🚀', 'ab🚀', '👨‍👩‍👧', '🇩🇪', '☺️', 'é', 'क्षि', '日本', '𠀋', 'ﷺ', 'x'].map((unit) =>
  unit.repeat(30),
)

it.each([
  ['abc', 3],
  ['日本', 4],
  ['🚀', 2],
  ['𠀋', 2],
  ['é', 1],
])('%j is %i wide', (given, width) => expect(displayWidth(given)).toBe(width))

it('cuts no character in two, and stays within its columns', () => {
  expect(fitWidth('ab🚀cd', 4)).toBe('ab…')
  expect(fitWidth('👨‍👩‍👧 family', 5)).toBe('…')
  for (const text of TEXTS) {
    for (let columns = 1; columns < 40; columns++) {
      const fitted = fitWidth(text, columns)
      expect(displayWidth(fitted)).toBeLessThanOrEqual(columns)
      expect(fitted).not.toMatch(/\p{Surrogate}/u)
    }
  }
})

it('leaves nothing to cut for the library that draws tables', () => {
  const fields = TEXTS.map((_, at) => `f${at}`)
  for (const [at, text] of TEXTS.entries()) {
    const row = Object.fromEntries(fields.slice(0, 4).map((field) => [field, `${'x'.repeat(at)}${text}`]))
    for (let width = 40; width < 70; width++) {
      const table = toTable([row], fields.slice(0, 4), createStyle({}, {}), { width })
      expect(table).toContain('┌')
      expect(table).not.toMatch(/\p{Surrogate}/u)
    }
  }
})
