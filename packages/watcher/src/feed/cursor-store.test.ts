import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCursorFile, createCursorSaver } from './cursor-store.js'
import { createCursorWindow } from './cursor-window.js'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-cursor-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it.each(['0', '2147483648', '9007199254740993', '9223372036854775807'])(
  'remembers the cursor %s digit for digit',
  async (cursor) => {
    const store = createCursorFile(join(directory, cursor))
    const window = createCursorWindow()
    window.add(cursor)()
    await createCursorSaver(store, window)()
    expect(await store.read()).toBe(cursor)
  },
)

it.each(['9223372036854775808', '1e3', '-1', '0x10', ''])(
  'refuses a file that holds %o in place of one',
  async (text) => {
    const file = join(directory, `not ${text}`)
    await writeFile(file, text)
    await expect(createCursorFile(file).read()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  },
)
