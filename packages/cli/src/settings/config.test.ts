import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SETTINGS } from '@epr/model'
import { BOOLEAN_CASES, DURATION_CASES } from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSettings, type Settings } from './config.js'
import { GLOBAL_FLAGS } from './flags.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'epr-settings-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** What a file of this content says. */
function read(content: string): Promise<Settings> {
  const config = join(directory, 'epr.yaml')
  writeFileSync(config, content)
  return readSettings({ config }, {})
}

const REFUSED = expect.objectContaining({ code: 'INVALID_ARGUMENT' })

describe('a file that the server reads too', () => {
  it.each(DURATION_CASES)('says with %j how long, or is refused', async (written, ms) => {
    const settings = read(`timeout: "${written}"`)
    if (ms === null) await expect(settings).rejects.toThrow(REFUSED)
    else expect((await settings).timeoutMs).toBe(ms)
  })

  it.each(BOOLEAN_CASES)('says with %s yes or no, or is refused', async (written, value) => {
    const settings = read(`debug: ${written}`)
    if (value === null) await expect(settings).rejects.toThrow(REFUSED)
    else expect((await settings).debug).toBe(value)
  })

  it.each([
    ['0123456789', '0123456789'],
    ['12345678901234567890', '12345678901234567890'],
    ['1e5', '1e5'],
    ['0x1F', '0x1F'],
    ['1_000', '1_000'],
    ['true', 'true'],
    ['2026-11-01', '2026-11-01'],
    ['"012"', '012'],
    ["'it''s'", "it's"],
    ['abc # a note', 'abc'],
  ])('says that the token %s is %s', async (written, token) => {
    expect((await read(`token: ${written}`)).token).toBe(token)
  })

  it.each(['', '~', 'null'])('says nothing of the token with %j', async (written) => {
    expect((await read(`token: ${written}`)).token).toBeUndefined()
  })

  it.each([
    ['urll: http://localhost', /"urll", did you mean url\?/],
    ['tokn: x', /"tokn", did you mean token\?/],
    ['url: a\nurl: b', /line 2, column 1 \(DUPLICATE_KEY\)/],
    ['- url', /keys and values/],
    ['url: !secret x', /tag/i],
    ['url: [a, b]', /url: write one value/],
  ])('is refused with %j', async (content, problem) => {
    await expect(read(content)).rejects.toMatchObject({ message: expect.stringMatching(problem) })
  })

  it('may hold what only the server knows', async () => {
    expect((await read('port: 9\nbrokers: [a, b]\nurl: http://epr.test')).url).toBe('http://epr.test')
  })

  it('is beaten by the environment, but not by a variable that is set to nothing', async () => {
    const config = join(directory, 'epr.yaml')
    writeFileSync(config, 'url: http://file\ntoken: of-the-file\ntimeout: 7s\nretry: 9s')
    const empty = { EPR_URL: '', EPR_TOKEN: '', EPR_RETRY: '', EPR_DEBUG: '' }
    expect(await readSettings({}, { ...empty, EPR_CONFIG: config })).toMatchObject({
      ...{ url: 'http://file', token: 'of-the-file', timeoutMs: 7_000, retryMs: 9_000, debug: false },
    })
    const nowhere = { ...empty, EPR_CONFIG: '', XDG_CONFIG_HOME: '', HOME: directory }
    expect(await readSettings({}, nowhere)).toMatchObject({ url: 'http://localhost:8042', token: undefined })
  })
})

it('the settings that a file may hold are the flags of the program', () => {
  const flags = Object.values(GLOBAL_FLAGS).map(({ option }) => option.long?.slice(2))
  expect([...SETTINGS['epr-cli']].sort()).toEqual(
    flags.filter((name) => name !== 'config' && name !== 'quiet').sort(),
  )
})
