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
  [['login'], /EPR_TOKEN/],
  [['config'], /--config/],
  [['completion'], /no such command/],
])('says of %j what may be meant, in one line', async (args, meant) => {
  const { code, stdout, stderr } = await runInProcess(args)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^epr-cli: [^\n]+\n$/)])
  expect(stderr).toMatch(meant)
})

it('records that something happened, without a word of details', async () => {
  const flags = '--name n --version 1 --release 1 --platform-id p --package k --description d'.split(' ')
  const receiver = ['--event-receiver-id', '01HKX0J9KS8AASMRYX61458N41']
  const { stdout } = await runInProcess(['event', 'create', '--dry-run', ...flags, ...receiver])
  expect(JSON.parse(stdout)).toMatchObject({ payload: {} })
})
