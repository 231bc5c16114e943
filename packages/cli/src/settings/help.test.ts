import { describe, expect, it } from 'vitest'
import { runInProcess } from '../../test/in-process.js'
import { GLOBAL_FLAGS } from './flags.js'
import { toExample } from './help.js'

const COMMANDS = [
  [],
  ['help', 'flags'],
  ['event', 'create', '--help'],
  ['event', 'search', '--help'],
  ['group', 'status', '--help'],
  ['run', '--help'],
  ['sbom', 'record', '--help'],
  ['dead-letter', 'list', '--help'],
  ['cdevents', 'install', '--help'],
]

const helpOf = async (args: readonly string[], columns?: number): Promise<string> => {
  const { stdout, stderr } = await runInProcess(
    args,
    columns === undefined ? {} : { isTerminal: true, columns },
  )
  return stdout + stderr
}

describe.each([60, 80, 120])('on %i columns', (columns) => {
  it.each(COMMANDS.map((args) => [args.join(' '), args] as const))(
    'the help of "%s" fits',
    async (_, args) => {
      const help = await helpOf(args, columns)
      expect(help).toContain('Usage:')
      expect(help.split('\n').filter((line) => line.length > columns)).toEqual([])
    },
  )
})

it('the flags of every command are explained in one place, and named in the others', async () => {
  const flags = Object.values(GLOBAL_FLAGS).map(({ option }) => option)
  for (const args of [[], ['help', 'flags']]) {
    const words = (await helpOf(args)).replace(/\s+/g, ' ')
    for (const { description } of flags) expect(words).toContain(description)
  }
  const help = await helpOf(['event', 'get', '--help'])
  for (const { long } of flags) expect(help).toContain(long)
  expect(help).toContain('epr-cli help flags')
  expect(help.split('\n').length).toBeLessThan(25)
})

it('help before a command is the same as --help behind it', async () => {
  expect(await helpOf(['help', 'event', 'create'])).toBe(await helpOf(['event', 'create', '--help']))
})

it('an example that is broken into lines is the same command for a shell', () => {
  const command = `event create --name shop --description "unit tests, all" --payload '{"a b": 812}' --success`
  const lines = toExample(command, 40).split('\n')
  expect(lines.length).toBeGreaterThan(2)
  expect(lines.slice(0, -1).every((line) => line.endsWith(' \\'))).toBe(true)
  expect(lines.map((line) => line.trim().replace(/ \\$/, '')).join(' ')).toBe(`$ epr-cli ${command}`)
})
