import { afterEach, expect, it, vi } from 'vitest'
import { runInProcess } from '../../test/in-process.js'

const RECEIVER = '01HKX0J9KS8AASMRYX61458N41'
const FEATURES = { 'epr-features': 'idempotency-key, batch, cursor, feed, group-status' }

const asked: { query: string; variables: Record<string, unknown> }[] = []

/** A registry of 150 events, by the order and the limit that it is asked for. */
function serve(): void {
  asked.length = 0
  vi.stubGlobal('fetch', async (input: unknown, init: RequestInit = {}) => {
    if (!String(input).endsWith('/graphql/query')) return new Response('ok', { headers: FEATURES })
    const { query, variables } = JSON.parse(String(init.body))
    asked.push({ query, variables })
    if (query.includes('event_receivers(')) {
      const receiver = { id: RECEIVER, name: 'tests', version: '2', type: 't' }
      return Response.json({ data: { event_receivers: [receiver] } }, { headers: FEATURES })
    }
    const all = Array.from({ length: 150 }, (_, at) => ({
      id: `01HKX0J9KS8AASMRYX6145${String(1_000 + at)}`,
      ...{ name: 'shop', version: `1.0.${at}`, release: '1', platform_id: 'linux', package: 'oci' },
      ...{ description: `unit tests ${at}`, success: at % 2 === 0, event_receiver_id: RECEIVER },
      created_at: '2026-11-23T10:00:00Z',
    }))
    const sorted = variables.order === 'DESC' ? all.reverse() : all
    return Response.json({ data: { events: sorted.slice(0, variables.limit) } }, { headers: FEATURES })
  })
}
afterEach(() => vi.unstubAllGlobals())

const columns = 160

it('on a terminal shows what has just happened, by whom, and what it was', async () => {
  serve()
  const { code, stdout, stderr } = await runInProcess(['event', 'search'], { isTerminal: true, columns })
  expect(code).toBe(0)
  const [, head = '', , first = ''] = stdout.split('\n')
  expect(head.split('│').map((cell) => cell.trim())).toEqual([
    ...['', 'created_at', 'success', 'receiver', 'artifact', 'description', 'id', ''],
  ])
  for (const text of [' ago', 'false', 'tests@2', 'shop 1.0.149 1 linux oci', 'unit tests 149'])
    expect(first).toContain(text)
  expect(stdout).not.toContain('1.0.49 ')
  expect(stderr).toBe('only the newest 100: --all shows all there are\n')
  const narrow = await runInProcess(['event', 'search'], { isTerminal: true, columns: 80 })
  expect(narrow.stdout).toMatch(/ago .* tests@2 .* shop 1.*unit tests/)
  expect(narrow.stdout.split('\n').every((line) => line.length <= 80)).toBe(true)
  expect(asked.filter(({ query }) => query.includes('event_receivers('))).toHaveLength(2)
})

it('shows the oldest first, and fields as they are, to who asks for that', async () => {
  serve()
  const oldest = ['event', 'search', '--order', 'asc', '--limit', '1']
  expect((await runInProcess(oldest, { isTerminal: true, columns })).stdout).toContain('shop 1.0.0 ')
  const fields = ['event', 'search', '--limit', '1', '--fields', 'version event_receiver_id']
  const { stdout } = await runInProcess(fields, { isTerminal: true, columns })
  expect(stdout).toContain('1.0.149')
  expect(stdout).toContain(RECEIVER)
})

it('piped is the original order and its fields', async () => {
  serve()
  const [first] = JSON.parse((await runInProcess(['event', 'search', '--limit', '2'])).stdout)
  expect(Object.keys(first)).toEqual('id name version release platform_id package success'.split(' '))
  expect(first.version).toBe('1.0.0')
})
