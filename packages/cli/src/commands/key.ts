import type { Command } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import type { Row } from '../output/table.js'
import type { Context, Perform } from '../settings/context.js'
import { type Request, text, toggle } from '../settings/flags.js'
import { askFor, takeAway } from './ask-for.js'

/** A key as the server lists it; one that has just been made has its text. */
interface KeyEntry extends Row {
  id: string
  name: string
  key?: string
}

const NAMED = {
  name: text('--name <name>', 'its name'),
  id: text('--id <id>', 'its id, as the list has it'),
}
const EXPIRES = text('--expires <duration>', 'how long it is good, like 90d, or never', '90d')
const CREATE_FLAGS = {
  name: text('--name <name>', 'what it is called; policies name it so'),
  admin: toggle('--admin', 'it may do everything'),
  expires: EXPIRES,
}
const ROTATE_FLAGS = {
  name: NAMED.name,
  expires: EXPIRES,
  overlap: text('--overlap <duration>', 'how long the old one is still good', '24h'),
}
const LIST_FIELDS = ['name', 'id', 'admin', 'expires_at', 'last_used_at', 'revoked_at', 'created_at']

/** A program gets the key and nothing else; a person what to do with it. */
function show({ output, stderr }: Context, { key = '', name }: KeyEntry): undefined {
  output.line(key)
  if (output.width === undefined) return
  stderr.write(
    `the key ${name}: shown this once, and kept nowhere. Put it where secrets are; epr-cli takes it by EPR_TOKEN or EPR_TOKEN_FILE\n`,
  )
}

function assertName(name: string | undefined): string {
  if (name) return name
  throw new UsageError('--name is missing')
}

async function create(
  context: Context,
  { name, admin, expires }: Request<typeof CREATE_FLAGS>,
): Promise<undefined> {
  const body = { name: assertName(name), admin: admin ?? false, expires }
  if (context.settings.dryRun) return context.output.object(body)
  const client = await context.connect('ask')
  return show(context, await askFor<KeyEntry>(client, 'POST', '/keys', body))
}

async function list({ connect, output }: Context): Promise<undefined> {
  const keys = await askFor<KeyEntry[]>(await connect('ask'), 'GET', '/keys')
  if (output.format !== 'table') return output.object(keys)
  if (keys.length === 0) return output.line('there is no key: nobody is asked who they are')
  const { toTable } = await import('../output/table.js')
  return output.show(toTable(keys, LIST_FIELDS, output.style, { width: output.width, mayDrop: true }))
}

async function rotate(
  context: Context,
  { name, expires, overlap }: Request<typeof ROTATE_FLAGS>,
): Promise<undefined> {
  const path = `/keys/rotate?name=${encodeURIComponent(assertName(name))}`
  const body = { expires, overlap }
  if (context.settings.dryRun) return context.output.object(body)
  const client = await context.connect('ask')
  return show(context, await askFor<KeyEntry>(client, 'POST', path, body))
}

async function revoke(context: Context, { name, id }: Request<typeof NAMED>): Promise<undefined> {
  if ((name === undefined) === (id === undefined)) throw new UsageError('say --name or --id, and not both')
  const path =
    id === undefined ? `/keys?name=${encodeURIComponent(name ?? '')}` : `/keys/${encodeURIComponent(id)}`
  if (context.settings.dryRun) return context.output.object({ name, id })
  const client = await context.connect('ask')
  const revoked = await takeAway<KeyEntry[]>(client, path, 'key list')
  for (const key of revoked) await context.output.created(`revoked the key ${key.name}`, key.id)
}

export function defineKey(key: Command, perform: Perform): void {
  perform(
    key.command('create').description('Makes a key, and prints it: this once.'),
    CREATE_FLAGS,
    ['key create --name shop-ci', 'key create --name root --admin --expires never'],
    create,
  )
  perform(
    key.command('list').description('All keys of all times; of none the key itself.'),
    {},
    'key list',
    list,
  )
  perform(
    key.command('rotate').description('Makes another key of the same name; the old one is good for a while.'),
    ROTATE_FLAGS,
    'key rotate --name shop-ci --overlap 1h',
    rotate,
  )
  perform(
    key.command('revoke').description('Ends the keys of a name, or one by its id, at once on every server.'),
    NAMED,
    'key revoke --name shop-ci',
    revoke,
  )
}
