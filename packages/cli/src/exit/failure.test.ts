import { expect, it } from 'vitest'
import { runInProcess } from '../../test/in-process.js'

it.each<[string[], RegExp]>([
  [['evnt'], /Did you mean event\?/],
  [['event', 'list'], /unknown command 'list'; search finds/],
  [['receiver', 'ls'], /search finds/],
  [['event', 'show', 'x'], /get shows one/],
  [['event', 'add'], /create makes one/],
  [['get', 'events'], /unknown command 'get'/],
  [['events'], /event/],
  [['gate'], /group status/],
  [['tail'], /watch follows/],
  [['auth'], /login/],
  [['key', 'rm'], /keys and sessions are revoked/],
  [['config'], /--config/],
  [['completion'], /no such command/],
])('says of %j what may be meant, in one line', async (args, meant) => {
  const { code, stdout, stderr } = await runInProcess(args)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^epr-cli: [^\n]+\n$/)])
  expect(stderr).toMatch(meant)
})

it.each([
  [['--nothing'], 'epr-cli --help'],
  [['event', 'create', '--nmae', 'x'], 'epr-cli event create --help'],
  [['event', 'crate'], 'epr-cli event --help'],
  [['--url', 'http://localhost:1', 'group', 'status', '--wait', 'soon'], 'epr-cli group status --help'],
  [['sbom', 'record'], 'epr-cli sbom record --help'],
])('says of %j whose help says more', async (args, help) => {
  expect((await runInProcess(args)).stderr).toMatch(new RegExp(`; see ${help}\\n$`))
})

it('records that something happened, without a word of details', async () => {
  const flags = '--name n --version 1 --release 1 --platform-id p --package k --description d'.split(' ')
  const receiver = ['--event-receiver-id', '01HKX0J9KS8AASMRYX61458N41']
  const { stdout } = await runInProcess(['event', 'create', '--dry-run', ...flags, ...receiver])
  expect(JSON.parse(stdout)).toMatchObject({ payload: {} })
})
