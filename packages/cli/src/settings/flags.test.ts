import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runInProcess } from '../../test/in-process.js'
import { parseDuration, parseMoment } from './flags.js'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 10) }))
afterEach(() => void vi.useRealTimers())

it('reads durations', () => {
  expect(['300ms', '5s', '10m', '2h', '1d'].map(parseDuration)).toEqual([
    300, 5_000, 600_000, 7_200_000, 86_400_000,
  ])
  for (const text of ['', '5', '0s', '-1s', '1y', '1.5h']) expect(() => parseDuration(text)).toThrow()
})

it('reads moments, ago or absolute', () => {
  expect(parseMoment('2h')).toBe('2026-11-23T08:00:00.000Z')
  expect(parseMoment('2026-11-01')).toBe('2026-11-01T00:00:00.000Z')
  expect(parseMoment('2026-11-01T08:00:00.123456Z')).toBe('2026-11-01T08:00:00.123456Z')
  for (const text of [
    '2026-11-01t08:00:00z',
    '2026-11-01 08:00Z',
    '2026-11-01T09:00+01:00',
    '2026-11-01t08:00z',
  ])
    expect(parseMoment(text)).toBe('2026-11-01T08:00:00.000Z')
})

it.each([
  '',
  'yesterday',
  '2026-13-01',
  '2026-02-30',
  '2026-02-29T00:00Z',
  '2026-11-01T24:00:00Z',
  '2026-11-01T08:00:60Z',
  '2026-11-01T08:00:00',
  '11/01/2026',
  '0000-01-01',
])('does not take %j for a moment', (text) => {
  expect(() => parseMoment(text)).toThrow()
})

describe('a flag', () => {
  const ID = '01HKX0J9KS8AASMRYX61458N41'
  const event = ['event', 'create', '--dry-run', '--no-indent', '--description', 'd', '--payload', '1']
  const nvrpp = ['--name', 'n', '--version', '1', '--release', '1', '--package', 'p']

  it('may be spelled as the original spells it', async () => {
    const spelled = ['--platform_id', 'linux', '--event_receiver_id', ID]
    const { stdout } = await runInProcess([...event, ...nvrpp, ...spelled])
    expect(JSON.parse(stdout)).toMatchObject({ platform_id: 'linux', event_receiver_id: ID })
    const search = ['event', 'search', '--platform_id=linux', '--dry_run', '--no_indent']
    expect((await runInProcess(search)).code).toBe(2)
    const dry = await runInProcess(['event', 'search', '--platform_id=linux', '--dry_run', '-o', 'ndjson'])
    expect(JSON.parse(dry.stdout)).toMatchObject({ platform_id: 'linux' })
    expect((await runInProcess(['event', 'search', '--help'])).stdout).not.toContain('platform_id')
  })

  it.each([
    [['event', 'search', '--name', 'a', '--name', 'b'], '--name is given twice, with two values'],
    [['event', 'search', '--success=true', '--success=false'], '--success is given twice, with two values'],
    [['status', '--token', 'http://a', '--token', 'http://b'], '--token is given twice, with two values'],
  ])('that is typed twice in %j is refused', async (args, problem) => {
    expect(await runInProcess(args)).toMatchObject({ code: 2, stderr: `epr-cli: ${problem}\n` })
  })

  it('that takes a list holds both, and one that is typed before a command may be typed behind it', async () => {
    const dry = ['event', 'search', '--dry-run', '-o', 'ndjson']
    const { stdout } = await runInProcess([...dry, '--fields', 'id', '--fields', 'name,version'])
    expect(JSON.parse(stdout).fields).toEqual(['id', 'name', 'version'])
    expect(await runInProcess(['--url', 'http://a', ...dry, '--url', 'http://b'])).toMatchObject({ code: 0 })
    expect(await runInProcess([...dry, '--name', 'a', '--name', 'a'])).toMatchObject({ code: 0 })
  })
})
