import type { GateArtifact, GateArtifacts, GateArtifactsQuery } from '@epr/client'
import { toPlainLine } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { assertOne, GROUP_NAMES, toId } from '../objects/by-name.js'
import { toRelativeTime } from '../output/relative-time.js'
import type { Row } from '../output/table.js'
import type { Context } from '../settings/context.js'

export interface MatrixRequest extends GateArtifactsQuery {
  id?: string | undefined
  /** Its name, in place of the id. */
  group?: string | undefined
  /** Whether it is drawn again and again. */
  watch?: boolean | undefined
}

const WATCH_MS = 2_000
/** Clears what is seen of a terminal, and begins at its top. */
const CLEAR = '\u001b[2J\u001b[H'

const GLYPHS = { passed: '✓', failed: '✕', missing: '·' } as const

/** `✕ 4h ago ×6`: how it went there, when, and how often in a row it failed. */
function toCellText({ state, since, failures }: GateArtifact['cells'][number], nowMs: number): string {
  const when = since === null ? '' : ` ${toRelativeTime(since, nowMs)}`
  return `${GLYPHS[state]}${when}${failures > 1 ? ` ×${failures}` : ''}`
}

/** Receivers by their names; those that share one, by their versions too. */
function toHeads(receivers: GateArtifacts['receivers']): Map<string, string> {
  const isShared = (name: string) => receivers.filter((receiver) => receiver.name === name).length > 1
  return new Map(receivers.map(({ id, name, version }) => [id, isShared(name) ? `${name}@${version}` : name]))
}

/** Only what is not the same everywhere tells artifacts apart. */
function toNames(data: readonly GateArtifact[]): string[] {
  const rest = (['release', 'platform_id', 'package'] as const).filter(
    (field) => new Set(data.map((artifact) => artifact[field])).size > 1,
  )
  return data.map((artifact) =>
    [artifact.name, artifact.version, ...rest.map((field) => artifact[field])].join(' '),
  )
}

const COUNTED = 1_000
const toCount = (count: number): string => (count > COUNTED ? `${COUNTED}+` : String(count))

function toSummary(name: string, { counts, history }: GateArtifacts, at: string | undefined): string {
  const stand = counts
    ? `${toCount(counts.failed)} failed, ${toCount(counts.missing)} waiting, ${toCount(counts.open)} open`
    : `as it stood at ${at}`
  const done = history && ` (history is taken in: ${history.done} of about ${history.size} events)`
  return `${name}: ${stand}${done ?? ''}`
}

async function draw(
  context: Context,
  name: string,
  matrix: GateArtifacts,
  at: string | undefined,
): Promise<string> {
  const { style, width } = context.output
  const { toTable } = await import('../output/table.js')
  const summary = style.bold(toPlainLine(toSummary(name, matrix, at)))
  if (matrix.data.length === 0)
    return `${summary}\nno artifact stands here; --superseded shows those that newer ones have taken the place of`
  const heads = toHeads(matrix.receivers)
  const names = toNames(matrix.data)
  const nowMs = at === undefined ? Date.now() : Date.parse(at)
  const rows = matrix.data.map((artifact, place): Row => {
    const cells = artifact.cells.map((cell) => [
      heads.get(cell.event_receiver_id) ?? '',
      toCellText(cell, nowMs),
    ])
    const { explanation, superseded } = artifact
    return {
      artifact: names[place],
      gate: superseded ? `superseded, ${explanation}` : explanation,
      ...Object.fromEntries(cells),
    }
  })
  const more =
    matrix.next === null
      ? ''
      : '\nthere are more: --limit shows up to 1000, --name and --state narrow it down'
  return `${summary}\n${toTable(rows, ['artifact', 'gate', ...heads.values()], style, { width })}${more}`
}

/** Draws which artifacts stand at a gate, and where. */
export async function showGroupMatrix(
  context: Context,
  { id: typed, group, watch = false, ...query }: MatrixRequest,
): Promise<undefined> {
  const { output } = context
  const named = { id: typed, group }
  assertOne(GROUP_NAMES, named)
  const isTable = output.format === 'table'
  if (watch && (!isTable || output.width === undefined))
    throw new UsageError(
      '--watch draws on a terminal; programs follow the feed: epr-cli watch --summary --group NAME',
    )
  if (watch && query.at !== undefined) throw new UsageError('--watch shows how it stands now: leave out --at')
  const { groups } = await context.connect('ask')
  const id = await toId(GROUP_NAMES, named, groups)
  const matrix = await groups.artifacts(id, query)
  if (!isTable) return output.object(matrix)
  const { name, version } = await groups.get(id)
  const title = `${name}@${version}`
  if (!watch) return output.show(await draw(context, title, matrix, query.at))
  const { watchNpm } = await import('@epr/model/node')
  const stop = new AbortController()
  watchNpm(context.env, () => stop.abort())
  const { setTimeout: delay } = await import('node:timers/promises')
  for (
    let latest = matrix;
    !stop.signal.aborted && !output.isClosed();
    latest = await groups.artifacts(id, query)
  ) {
    output.line(CLEAR + (await draw(context, title, latest, undefined)))
    await delay(WATCH_MS, undefined, { signal: stop.signal }).catch(() => undefined)
  }
}
