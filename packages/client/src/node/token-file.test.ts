import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tokenFile } from './token-file.js'

let directory: string
let file: string
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  directory = mkdtempSync(join(tmpdir(), 'epr-token-'))
  file = join(directory, 'token')
  writeFileSync(file, 'one\n')
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true })
})

const pass = () => vi.advanceTimersByTime(3_000)

it('is read again when it has changed, and looked at every other second only', async () => {
  const source = tokenFile(file)
  expect(await source.get()).toBe('one')
  writeFileSync(file, 'three')
  expect(await source.get()).toBe('one')
  pass()
  expect(await source.get()).toBe('three')
})

it('is read again at once when its token is refused', async () => {
  const source = tokenFile(file)
  await source.get()
  writeFileSync(file, 'two\n')
  expect(await source.renew()).toBe('two')
  expect(await source.get()).toBe('two')
})

it('may be replaced behind a symbolic link', async () => {
  for (const name of ['old', 'new']) {
    mkdirSync(join(directory, name))
    writeFileSync(join(directory, name, 'token'), name)
  }
  symlinkSync('old', join(directory, '..data'))
  const source = tokenFile(join(directory, '..data', 'token'))
  expect(await source.get()).toBe('old')
  symlinkSync('new', join(directory, '..data_tmp'))
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'))
  pass()
  expect(await source.get()).toBe('new')
})

it('keeps its last token while it is gone or empty', async () => {
  const source = tokenFile(file)
  await source.get()
  writeFileSync(file, '')
  pass()
  expect(await source.get()).toBe('one')
  rmSync(file)
  pass()
  expect(await source.get()).toBe('one')
  writeFileSync(file, 'two')
  expect(await source.renew()).toBe('two')
})

it.each([
  ['empty', () => writeFileSync(file, '\n'), 'is empty'],
  ['missing', () => rmSync(file), 'cannot be read: ENOENT'],
])('that is %s at first is refused', async (_, change, problem) => {
  change()
  await expect(tokenFile(file).get()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `the token file ${file} ${problem}`,
  })
})
