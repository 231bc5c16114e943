import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOLEAN_CASES, DURATION_CASES } from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSettings, type Settings } from './config.js'

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
})
