import { expect, it } from 'vitest'
import { entriesPath, tilePath } from './tiles.js'

it('has the paths of C2SP tlog-tiles', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067')
  expect(tilePath({ level: 2, index: 0, width: 17 })).toBe('tile/2/000.p/17')
  expect(entriesPath({ index: 273, width: 112 })).toBe('tile/entries/273.p/112')
})
