import type { Command } from 'commander'
import * as z from 'zod'
import { CommandError } from '../exit/command-error.js'
import { UsageError } from '../exit/usage-error.js'
import type { Context, Perform } from '../settings/context.js'
import { type Request, text, toggle, VALUE_FLAGS } from '../settings/flags.js'
import { askFor, takeAway } from './ask-for.js'

const document = z.looseObject({ kind: z.string(), name: z.string() })

interface Issuer {
  issuer: string
}

interface Policy {
  name: string
  resolved: { grants: object[] }
}

/** Puts every issuer and policy of a file; the file is read to its end before anything is sent. */
async function apply(
  { connect, output, settings, stdin }: Context,
  _: Request<typeof VALUE_FLAGS>,
  [file = '']: readonly string[],
): Promise<undefined> {
  const { readEntries } = await import('../input/entries.js')
  const { placeOf, toSource } = await import('../objects/generate.js')
  const source = await toSource(file, { stdin })
  const issuers: { name: string; body: object }[] = []
  const policies: { name: string; body: object }[] = []
  for await (const entry of readEntries(source.name, source.open())) {
    const where = placeOf(source, entry)
    if (typeof entry.text !== 'string') throw new UsageError(`${where}: ${entry.text.message}`)
    const { success, data } = document.safeParse(JSON.parse(entry.text))
    if (!success) throw new UsageError(`${where}: a document has kind and name`)
    const { kind, name, ...body } = data
    if (kind === 'Issuer') issuers.push({ name, body })
    else if (kind === 'Policy') policies.push({ name, body })
    else
      throw new UsageError(
        `${where}: the kind ${JSON.stringify(kind)} is not known: there are Issuer and Policy`,
      )
  }
  if (settings.dryRun)
    return output.object([...issuers, ...policies].map(({ name, body }) => ({ name, ...body })))
  const client = await connect('ask')
  // Policies name issuers, wherever they stand in the file.
  for (const { name, body } of issuers) {
    const put = await askFor<Issuer>(client, 'PUT', `/issuers/${encodeURIComponent(name)}`, body)
    if (output.format === 'table') output.line(`the issuer ${name} is ${put.issuer}`)
    else await output.object(put)
  }
  for (const { name, body } of policies) {
    const put = await askFor<Policy>(client, 'PUT', `/policies/${encodeURIComponent(name)}`, body)
    if (output.format === 'table')
      output.line(`the policy ${name} grants ${JSON.stringify(put.resolved.grants)}`)
    else await output.object(put)
  }
}

const LIST_FLAGS = {
  issuers: toggle('--issuers', 'the issuers instead: whose tokens are taken for those of CI jobs'),
  ...VALUE_FLAGS,
}

async function list(
  { connect, output }: Context,
  { issuers, jsonpath }: Request<typeof LIST_FLAGS>,
): Promise<undefined> {
  const path = issuers ? '/issuers' : '/policies'
  const entries = await askFor<object[]>(await connect('ask'), 'GET', path)
  if (output.format === 'table' && jsonpath === undefined && entries.length === 0)
    return output.line(issuers ? 'there is no issuer' : 'there is no policy')
  return output.object(entries)
}

/** Where one of a kind is, and the command that lists them all. */
const KINDS = {
  policy: { path: '/policies', listed: 'access list' },
  issuer: { path: '/issuers', listed: 'access list --issuers' },
}

const isKind = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind)

async function takeOut(
  { connect, output, settings }: Context,
  _: object,
  [kind = '', name = '']: readonly string[],
): Promise<undefined> {
  if (!isKind(kind))
    throw new UsageError(`the kind ${JSON.stringify(kind)} is not known: there are policy and issuer`)
  const { path, listed } = KINDS[kind]
  if (name.trim() === '') throw new UsageError(`name one ${kind}: epr-cli ${listed} has them`)
  if (settings.dryRun) return output.object({ kind, name })
  await takeAway(await connect('ask'), `${path}/${encodeURIComponent(name)}`, listed)
  await output.created(`deleted the ${kind}`, name)
}

const EXPLAIN_FLAGS = {
  verb: text('--verb <verb>', 'read, record, define, switch or admin'),
  receiver: text('--receiver-id <id>', 'of record: where'),
  name: text('--name <name>', 'of record: the artifact'),
  version: text('--version <version>', 'of record: its version', '*'),
  release: text('--release <release>', 'of record: its release', '*'),
  platform_id: text('--platform-id <id>', 'of record: its platform', '*'),
  package: text('--package <package>', 'of record: its package', '*'),
  type: text('--type <type>', 'of define: the type'),
  group: text('--group-id <id>', 'of switch: which'),
  ...VALUE_FLAGS,
}

function toDeed(request: Request<typeof EXPLAIN_FLAGS>): object {
  const { verb, receiver, type, group, jsonpath: _, ...artifact } = request
  if (verb === undefined) throw new UsageError('--verb is missing: read, record, define, switch or admin')
  if (verb === 'record') return { verb, receiver, artifact }
  if (verb === 'define') return { verb, type }
  return verb === 'switch' ? { verb, group } : { verb }
}

interface Explanation {
  allowed: boolean
  reason: string | null
}

async function explain(
  { connect, output }: Context,
  request: Request<typeof EXPLAIN_FLAGS>,
): Promise<undefined> {
  const client = await connect('ask')
  const explanation = await askFor<Explanation>(client, 'POST', '/auth/explain', toDeed(request))
  if (output.format === 'table' && explanation.allowed) return output.line('this is allowed')
  if (output.format !== 'table') await output.object(explanation)
  if (!explanation.allowed)
    throw new CommandError('PERMISSION_DENIED', explanation.reason ?? 'this is not allowed')
}

async function forget(
  { connect, output, settings }: Context,
  _: Request<typeof VALUE_FLAGS>,
  [actor = '']: readonly string[],
): Promise<undefined> {
  if (actor.trim() === '') throw new UsageError('name one actor, as events have it: key:shop-ci')
  if (settings.dryRun) return output.object({ actor })
  await askFor(await connect('ask'), 'DELETE', `/actors/${encodeURIComponent(actor)}/label`)
  await output.created(`erased what people call ${actor}`, actor)
}

export function defineAccess(access: Command, perform: Perform): void {
  perform(
    access
      .command('apply')
      .description('Puts the issuers and policies of a file. It is read to its end before anything is sent.')
      .argument('<file>', 'YAML or JSON, several documents; - for stdin'),
    VALUE_FLAGS,
    'access apply policies.yaml',
    apply,
  )
  perform(
    access.command('list').description('All policies, with what their names stand for.'),
    LIST_FLAGS,
    ['access list', 'access list --issuers'],
    list,
  )
  perform(
    access
      .command('delete')
      .description(
        'Takes a policy or an issuer away, at once on every server. Sessions end with their issuer.',
      )
      .argument('<kind>', 'policy or issuer')
      .argument('<name>', 'what it was applied as'),
    {},
    ['access delete policy shop-ci', 'access delete issuer gitlab'],
    takeOut,
  )
  perform(
    access.command('explain').description('Whether this key may do something, and why not.'),
    EXPLAIN_FLAGS,
    'access explain --verb read',
    explain,
  )
  perform(
    access
      .command('forget')
      .description('Erases what people call somebody who has recorded events, for good; the id stays.')
      .argument('<actor>', 'the id of the actor, as events have it'),
    VALUE_FLAGS,
    'access forget user:4711',
    forget,
  )
}
