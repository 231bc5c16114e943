import type { Command } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import type { Row } from '../output/table.js'
import type { Context, Perform } from '../settings/context.js'
import { askFor, takeAway } from './ask-for.js'

/** What a session begins with, as it is sent; its id does not. */
const SECRET = 'eprs_'
const FIELDS = ['caller', 'id', 'kind', 'expires_at', 'created_at']

async function list({ connect, output }: Context): Promise<undefined> {
  const sessions = await askFor<Row[]>(await connect('ask'), 'GET', '/sessions')
  if (output.format !== 'table') return output.object(sessions)
  if (sessions.length === 0) return output.line('there is no session: nobody is logged in')
  const { toTable } = await import('../output/table.js')
  return output.show(toTable(sessions, FIELDS, output.style, { width: output.width, mayDrop: true }))
}

async function revoke(
  { connect, output, settings }: Context,
  _: object,
  [id = '']: readonly string[],
): Promise<undefined> {
  if (id.trim() === '') throw new UsageError('name one session by its id: epr-cli session list has them')
  if (id.startsWith(SECRET))
    throw new UsageError(`that is a session and not its id: the eight characters behind ${SECRET} are`)
  if (settings.dryRun) return output.object({ id })
  await takeAway(await connect('ask'), `/sessions/${encodeURIComponent(id)}`, 'session list')
  await output.created('ended the session', id)
}

export function defineSession(session: Command, perform: Perform): void {
  perform(
    session
      .command('list')
      .description('Sessions that are good: of people who have logged in, and of jobs that take long.'),
    {},
    'session list',
    list,
  )
  perform(
    session
      .command('revoke')
      .description('Ends a session before its time, at once on every server.')
      .argument('<id>', 'its id, as the list has it'),
    {},
    'session revoke 3kq8zj2m',
    revoke,
  )
}
