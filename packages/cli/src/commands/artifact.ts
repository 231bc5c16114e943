import type { Artifact, ArtifactGates, Client } from '@epr/client'
import { NVRPP_FIELDS, toPlainLine } from '@epr/model'
import type { Command } from 'commander'
import { CommandError } from '../exit/command-error.js'
import { UsageError } from '../exit/usage-error.js'
import type { NvrppRequest } from '../objects/nvrpp.js'
import type { Context, Perform } from '../settings/context.js'
import { nvrppFlags, type Request, rows, text, toggle, VALUE_FLAGS } from '../settings/flags.js'

const SEARCH_FLAGS = {
  name: text('--name <text>', 'only artifacts that are called so; with * at its end, that begin so'),
  version: text('--version <text>', 'only of this version'),
  limit: rows('--limit <number>', 'how many at most (default 50)'),
  all: toggle('--all', 'all there are'),
  ...VALUE_FLAGS,
}

const DEFAULT_LIMIT = 50
const PAGE = 500
const COLUMNS = ['name', 'version', 'release', 'platform_id', 'package', 'last_at', 'events', 'failures']

async function search(
  { connect, output }: Context,
  { limit = DEFAULT_LIMIT, all = false, name, version }: Request<typeof SEARCH_FLAGS>,
): Promise<undefined> {
  const { artifacts } = await connect('ask')
  const found: Artifact[] = []
  const wanted = all ? Number.POSITIVE_INFINITY : limit
  const query = { limit: Math.min(wanted, PAGE), name, version }
  for await (const artifact of artifacts.findAll(query)) {
    if (found.push(artifact) >= wanted) break
  }
  if (output.format !== 'table') return output.object(found)
  if (found.length === 0)
    return output.line('no artifact is called so: a * at the end of --name finds what begins so')
  const { toTable } = await import('../output/table.js')
  return output.show(toTable(found, COLUMNS, output.style, { width: output.width, mayDrop: true }))
}

/** The only artifact that has all that was typed. @throws UsageError when several have it, CommandError when none has */
async function findOne({ artifacts }: Client, request: NvrppRequest): Promise<Artifact> {
  const { name, version } = request
  if (name === undefined || name.trim() === '') throw new UsageError('--name is missing')
  const typed = NVRPP_FIELDS.filter((field) => request[field] !== undefined)
  const found: Artifact[] = []
  for await (const artifact of artifacts.findAll({ name, version, limit: PAGE })) {
    if (typed.every((field) => artifact[field] === request[field])) found.push(artifact)
    if (found.length > 1) break
  }
  const [one, other] = found
  if (!one)
    throw new CommandError(
      'NOT_FOUND',
      `there is no artifact of this name and version; epr-cli artifact search --name '${name}*' has those that begin so`,
    )
  if (!other) return one
  const lacking = NVRPP_FIELDS.filter((field) => one[field] !== other[field])
  const flags = lacking.map((field) => `--${field.replace('_', '-')}`)
  throw new UsageError(`several artifacts are called so: say which with ${flags.join(' and ')}`)
}

async function draw(
  { output }: Context,
  artifact: Artifact,
  { data, complete }: ArtifactGates,
): Promise<string> {
  const { toTable, toCell } = await import('../output/table.js')
  const { style, width } = output
  const title = toPlainLine(NVRPP_FIELDS.map((field) => artifact[field]).join(' '))
  const counts = `${artifact.events} events, ${artifact.failures} failures, the last ${toCell('time', artifact.last_at)}`
  if (data.length === 0) return `${style.bold(title)}: ${counts}\nno gate asks for any of its receivers`
  const shown = data.map((gate) => {
    const changes = gate.changes.map(({ state, time }) => `${state} ${toCell('time', time)}`)
    return {
      gate: `${gate.group_name}@${gate.group_version}`,
      state: gate.state,
      explanation: gate.explanation,
      changes: changes.join(', '),
    }
  })
  const short = complete ? '' : '\nthe changes are those of the newest 10,000 events'
  const table = toTable(shown, ['gate', 'state', 'explanation', 'changes'], style, { width, mayDrop: true })
  return `${style.bold(title)}: ${counts}\n${table}${short}`
}

const SHOW_FLAGS = { ...nvrppFlags('the artifact'), ...VALUE_FLAGS }

async function show(
  context: Context,
  { jsonpath: _, ...request }: Request<typeof SHOW_FLAGS>,
): Promise<undefined> {
  const { output } = context
  const client = await context.connect('ask')
  const artifact = await findOne(client, request)
  const gates = await client.artifacts.gates(artifact)
  if (output.format !== 'table')
    return output.object({ ...artifact, gates: gates.data, complete: gates.complete })
  return output.show(await draw(context, artifact, gates))
}

export function defineArtifact(artifact: Command, perform: Perform): void {
  perform(
    artifact.command('search').description('Finds artifacts, the one that was first seen last first.'),
    SEARCH_FLAGS,
    ["artifact search --name 'sh*'", 'artifact search --name shop --version 1.2.0'],
    search,
  )
  perform(
    artifact
      .command('show')
      .description('Shows the gates of an artifact, and each change of them. What tells it apart is enough.'),
    SHOW_FLAGS,
    [
      'artifact show --name shop --version 1.2.0',
      "artifact show --name shop --version 1.2.0 --jsonpath '$.gates[*].state'",
    ],
    show,
  )
}
