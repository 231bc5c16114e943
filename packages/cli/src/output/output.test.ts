import { toJsonText } from '@epr/model'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createOutput, type OutputFormat } from './output.js'

/** A backspace, an escape, an isolate, an override, a line separator and C1, raw in JSON where JSON allows that. */
const NASTY = '{"a":"ok\\b\\u001b[2J","b":"\u007f\u009b2J\u061c\u202e\u2066\u2028","\u202ekey":["\u2069"]}'
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

async function write(format: OutputFormat, isTTY: boolean): Promise<string> {
  const chunks: string[] = []
  const stdout = { isTTY, columns: 80, on() {}, write: (chunk: string) => void chunks.push(chunk) }
  const options = {
    stdout: stdout as unknown as NodeJS.WriteStream,
    env: { NO_COLOR: '1' },
    format,
    indent: true,
  }
  await createOutput(options).object({ payload: toJsonText(NASTY) })
  return chunks.join('')
}

it.each(['json', 'ndjson', 'yaml', 'table'] as const)('%s on a terminal cannot steer it', async (format) => {
  expect(await write(format, true)).not.toMatch(STEERING)
})

it.each(['json', 'ndjson', 'yaml'] as const)(
  '%s means the same on a terminal and in a pipe',
  async (format) => {
    for (const isTTY of [true, false])
      expect(parse(await write(format, isTTY))).toEqual({ payload: JSON.parse(NASTY) })
  },
)

it('JSON is exact in a pipe', async () => {
  expect(await write('ndjson', false)).toBe(`{"payload":${NASTY}}\n`)
})
