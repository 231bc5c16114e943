import {
  type FoundComponents,
  NVRPP_FIELDS,
  type Nvrpp,
  nvrppOfPackageUrl,
  type SearchHit,
  type SearchReading,
} from '@epr/model'
import type { Call } from '../call.js'
import { type ArtifactRow, selectCalled, selectNamesakes } from '../storage/artifacts.js'
import type { Database } from '../storage/database.js'
import {
  type DefinitionRow,
  LISTED,
  selectByFingerprint,
  selectDefinitionsLike,
} from '../storage/definition-search.js'
import { selectEvents } from '../storage/events.js'
import { selectGroups } from '../storage/groups.js'
import { selectCursorBefore, selectFeedEnds, selectSummaries } from '../storage/messages.js'
import { selectReceivers } from '../storage/receivers.js'
import { parsePackageUrl } from './component-query.js'
import type { FindComponents } from './components.js'

/** Of each kind that many are shown; one more is looked for, to know whether there are more. */
export const MAX_HITS = 10
const WANTED = MAX_HITS + 1

const API = '/api/v1'
const EVENT_FIELDS = [
  'id',
  ...NVRPP_FIELDS,
  'description',
  'success',
  'created_at',
  'event_receiver_id',
] as const

function toGatesPath(artifact: Nvrpp): string {
  const fields = Object.fromEntries(NVRPP_FIELDS.map((field) => [field, artifact[field]]))
  return `${API}/artifacts/gates?${new URLSearchParams(fields)}`
}

function toArtifact({ first_seq: _, ...artifact }: ArtifactRow): SearchHit {
  return { kind: 'artifact', ...artifact, path: toGatesPath(artifact) }
}

const toReceiver = (row: DefinitionRow<'receiver'>): SearchHit => ({
  kind: 'receiver',
  ...row,
  path: `${API}/receivers/${row.id}`,
})

const toGroup = (row: DefinitionRow<'group'>): SearchHit => ({
  kind: 'group',
  ...row,
  path: `${API}/groups/${row.id}`,
})

/** The beginning of a name is looked for in any case: a `*` behind it, as in other searches, says nothing more. */
const withoutStar = (text: string): string => (text.endsWith('*') ? text.slice(0, -1) : text)

/** What one reading of a text has found. */
export interface Found {
  hits: SearchHit[]
  notes?: string[]
}

/** What was not looked at. */
function* remarks({ undecided, unread }: FoundComponents): Generator<string> {
  const { waiting, broken } = unread
  if (undecided.length > 0) yield `not held to the range of versions: ${undecided.join(', ')}`
  if (waiting > 0) yield `${waiting} SBOMs wait to be read: ask again in a moment`
  if (broken.length > 0) yield `SBOMs that cannot be read are not searched: GET ${API}/components names them`
}

/** Finds what a text names when it is taken for something. */
export type FindAs = (text: string, call: Call) => Promise<Found>

/** @param findComponents answers what is taken for a component */
export function createSearchHits(
  database: Database,
  findComponents: FindComponents,
): Readonly<Record<SearchReading, FindAs>> {
  async function findById(id: string): Promise<Found> {
    const search = { filter: { id }, page: { limit: 1, order: 'desc' } } as const
    const events = await selectEvents(database, { ...search, fields: EVENT_FIELDS }, Number.MAX_SAFE_INTEGER)
    const receivers = await selectReceivers(database, { ...search, fields: LISTED.receiver })
    const groups = await selectGroups(database, { ...search, fields: LISTED.group })
    return {
      hits: [
        ...events.rows.map((event): SearchHit => ({ kind: 'event', ...event, path: `${API}/events/${id}` })),
        ...receivers.rows.map(toReceiver),
        ...groups.rows.map(toGroup),
      ],
    }
  }

  async function findByPackageUrl(text: string): Promise<Found> {
    const { type, namespace, name, version, qualifiers } = parsePackageUrl(text)
    const parts = { type, name, namespace: namespace ?? undefined, version: version ?? undefined }
    const given: Readonly<Record<string, string | undefined>> = { ...qualifiers }
    const { release, platform_id, ...artifact } = nvrppOfPackageUrl({ ...parts, qualifiers: given })
    const wanted = {
      ...artifact,
      // What it does not say may be anything, as its version may.
      release: given.release && release,
      platform_id: (given.platform_id || given.arch) && platform_id,
    }
    return { hits: (await selectCalled(database, wanted, WANTED)).map(toArtifact) }
  }

  async function findByName(text: string): Promise<Found> {
    const name = withoutStar(text)
    const called = await selectCalled(database, { name }, WANTED)
    const longer = called.length < WANTED ? await selectNamesakes(database, name, WANTED) : []
    return { hits: [...called, ...longer].map(toArtifact) }
  }

  async function findByNameAndVersion(text: string): Promise<Found> {
    const at = text.lastIndexOf('@')
    const wanted = { name: text.slice(0, at), version: text.slice(at + 1) }
    return { hits: (await selectCalled(database, wanted, WANTED)).map(toArtifact) }
  }

  async function findDefinitions(text: string): Promise<Found> {
    const part = withoutStar(text)
    const receivers = await selectDefinitionsLike(database, 'receiver', part, WANTED)
    const groups = await selectDefinitionsLike(database, 'group', part, WANTED)
    return { hits: [...receivers.map(toReceiver), ...groups.map(toGroup)] }
  }

  async function findByComponent(text: string, call: Call): Promise<Found> {
    const found = await findComponents({ q: text, limit: WANTED }, call)
    const hits = found.data.map(
      (component): SearchHit => ({ kind: 'component', ...component, path: toGatesPath(component.artifact) }),
    )
    return { hits, notes: [...remarks(found)] }
  }

  /** The first message behind a cursor. */
  async function findMessage(after: string): Promise<(SearchHit & { kind: 'message' }) | undefined> {
    const [message] = (await selectSummaries(database, { after, limit: 1 })).messages
    if (!message) return undefined
    const { cursor, numbered_at, kind, type, event_id, event_receiver_id, group_id } = message
    return {
      kind: 'message',
      cursor,
      time: numbered_at,
      says: kind,
      type,
      name: message.name ?? '',
      version: message.version ?? '',
      success: message.success ?? true,
      event_id,
      event_receiver_id,
      group_id,
      path: `${API}/messages?view=summary&after=${BigInt(cursor) - 1n}`,
    }
  }

  async function findByCursor(cursor: string): Promise<Found> {
    const message = await findMessage((BigInt(cursor) - 1n).toString())
    if (message?.cursor === cursor) return { hits: [message] }
    const { removed, latest } = await selectFeedEnds(database)
    const kept = `the feed has the cursors from ${BigInt(removed) + 1n} to ${latest}`
    return { hits: [], notes: [BigInt(latest) > BigInt(removed) ? kept : 'the feed has no messages'] }
  }

  async function findByTime(time: string): Promise<Found> {
    const message = await findMessage(await selectCursorBefore(database, time))
    return message
      ? { hits: [message] }
      : { hits: [], notes: [`no message of the feed is of ${time} or later`] }
  }

  return {
    id: findById,
    package_url: findByPackageUrl,
    fingerprint: async (text) => ({
      hits: (await selectByFingerprint(database, text, WANTED)).map(toReceiver),
    }),
    name_version: findByNameAndVersion,
    name: findByName,
    definition: findDefinitions,
    component: findByComponent,
    cursor: findByCursor,
    time: findByTime,
  }
}
