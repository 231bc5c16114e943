import { EprError } from './error.js'
import { isId } from './id.js'

/** What is known of each that bears a name. */
interface Named {
  id: string
  name: string
  version: string
}

type Find = (filter: { name: string; version?: string }) => Promise<Named[]>

/** How many are named when one name means several. */
const MAX_CANDIDATES = 10

const toLabel = ({ id, name, version }: Named): string => `${name}@${version} (${id})`

/** `name`, and what `name@version` may mean; names may hold an @ themselves. */
async function findNamed(label: string, find: Find): Promise<Named[]> {
  const at = label.lastIndexOf('@')
  const versioned = { name: label.slice(0, at), version: label.slice(at + 1) }
  const isVersioned = versioned.name.trim() !== '' && versioned.version.trim() !== ''
  const [whole, split] = await Promise.all([find({ name: label }), isVersioned ? find(versioned) : []])
  return [...whole, ...split]
}

/**
 * The id of the only one that is called so.
 *
 * @param label `name` or `name@version`; an id stands for itself
 * @throws EprError NOT_FOUND for a name that nobody bears, INVALID_ARGUMENT for one that several bear, with all of them
 */
export async function resolveName(noun: string, label: string, find: Find): Promise<string> {
  if (label.trim() === '') throw new EprError('INVALID_ARGUMENT', `the name of the ${noun} must not be blank`)
  if (isId(label)) return label
  const found = await findNamed(label, find)
  const [only, ...more] = found
  if (only && more.length === 0) return only.id
  const shown = JSON.stringify(label)
  if (!only) throw new EprError('NOT_FOUND', `there is no ${noun} named ${shown}`)
  const labels = found.map(toLabel)
  const left = labels.length - MAX_CANDIDATES
  const list = `${labels.slice(0, MAX_CANDIDATES).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  const versions = new Set(found.map(({ version }) => version))
  const how = versions.size === labels.length ? 'name@version, or by its id' : 'its id'
  const message = `${shown} names ${labels.length} ${noun}s: ${list}; say which by ${how}`
  throw new EprError('INVALID_ARGUMENT', message, { details: labels })
}
