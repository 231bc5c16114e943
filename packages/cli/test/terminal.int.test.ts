import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTerminal, runCli, runOnTerminal } from './harness.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'epr-terminal-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Longer than a screen, without a server. */
const LIST = ['cdevents', 'list', '--release', '0.5.1']

describe.runIf(hasTerminal)('a list that is longer than the terminal', () => {
  const onTerminal = (pager: Record<string, string>, ...flags: string[]) =>
    runOnTerminal([...LIST, ...flags], { rows: 24, env: { NO_COLOR: '1', ...pager } })

  it.each([
    ['EPR_PAGER before PAGER', (file: string) => ({ EPR_PAGER: `cat > ${file}`, PAGER: 'false' })],
    ['PAGER', (file: string) => ({ PAGER: `echo $LESS > ${file}; cat >> ${file}` })],
  ])('is shown by %s', async (name, toPager) => {
    const file = join(directory, name.replaceAll(' ', '-'))
    const { code, stdout } = await onTerminal(toPager(file))
    expect([code, stdout]).toEqual([0, ''])
    const shown = readFileSync(file, 'utf8')
    expect(shown).toContain('build.finished')
    if (name === 'PAGER') expect(shown).toMatch(/^FRX\n/)
  })

  it('ends well when people have seen enough of it', async () => {
    const { code, stdout } = await onTerminal({ PAGER: 'head -n 1' })
    expect([code, stdout.trim().split('\n')]).toEqual([0, [expect.stringContaining('┌')]])
  })

  it.each([
    ['a pager that does not exist', { PAGER: 'no-such-pager 2> /dev/null' }, []],
    ['no pager', { EPR_PAGER: '', PAGER: 'false' }, []],
    ['cat', { PAGER: 'cat' }, []],
    ['--no-pager', { PAGER: 'false' }, ['--no-pager']],
  ])('is printed with %s', async (_, pager, flags) => {
    const { code, stdout } = await onTerminal(pager, ...flags)
    expect([code, stdout]).toEqual([0, expect.stringContaining('build.finished')])
  })

  it('has a head that a rule sets off', async () => {
    const { stdout } = await onTerminal({ PAGER: 'cat' })
    expect(stdout.split(/\r?\n/)[2]).toMatch(/^├─+┼/)
  })
})

it('a pipe and a short list need no pager', async () => {
  const file = join(directory, 'never')
  const env = { EPR_PAGER: `touch ${file}` }
  expect((await runCli([...LIST, '-o', 'table'], { env })).stdout).toContain('build.finished')
  if (hasTerminal) await runOnTerminal(LIST, { rows: 500, env })
  expect(existsSync(file)).toBe(false)
})
