import { toJsonText } from '@epr/model'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createStyle } from './output.js'
import { toCell, toRecord, toTable } from './table.js'

const plain = createStyle({}, { isTTY: false })
const ID = '01HKX0J9KS8AASMRYX61458N41'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 10) }))
afterEach(() => void vi.useRealTimers())

it('is as wide as the terminal at most, and cuts no id', () => {
  const rows = [{ id: ID, name: 'x'.repeat(99), description: '日本'.repeat(40), success: true }]
  const fields = ['id', 'name', 'description', 'success']
  for (const width of [60, 80, 120]) {
    const lines = toTable(rows, fields, plain, { width }).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
    expect(lines.join('')).toContain(ID)
  }
})

it('leaves out the last columns where the others could not be read', () => {
  const rows = [
    { id: ID, name: 'a-long-name', version: '1.0.0', type: 'shop.tested.long', description: 'words' },
  ]
  const fields = ['id', 'name', 'version', 'type', 'description']
  const head = (width: number) => toTable(rows, fields, plain, { width, mayDrop: true }).split('\n')[1]
  expect(head(90)).toMatch(/id .*name .*version .*type .*descri/)
  expect(head(60)).toMatch(/^│ id +│ name +│ version │$/)
  expect(toTable(rows, fields, plain, { width: 45, mayDrop: true }).split('\n')).toHaveLength(5)
  expect(toTable(rows, fields, plain, { width: 60 })).not.toContain('│ id')
})

it('lists the fields one below the other where no table fits', () => {
  expect(toTable([{ id: ID, name: 'x' }], ['id', 'name'], plain, { width: 20 })).toBe(`id    ${ID}\nname  x`)
})

it('lays out JSON exactly, and lets nothing of strangers steer the terminal', () => {
  expect(toRecord({ n: 1, payload: toJsonText('{"a":1.10}') }, plain, 80)).toBe(
    'n        1\npayload  {\n           "a": 1.10\n         }',
  )
  expect(toCell('name', 'a\u001b[2J\u202eb')).toBe('a\\u001b[2J\\u202eb')
  expect(toCell('created_at', '2026-11-23T09:56:55Z')).toBe('3m ago')
})
