import type { PageRequest } from '@epr/model'
import type { ResolveName } from '../access/policy.js'
import type { Connection } from '../storage/database.js'
import { selectGroups, selectGroupsById } from '../storage/groups.js'
import { selectReceivers, selectReceiversById } from '../storage/receivers.js'

const PAGE: PageRequest = { limit: 1_000, order: 'asc' }

/** `tests@1.2.0` as a name and a version; a name may have an `@` of its own at its start. */
function divide(text: string): { name: string; version: string | undefined } {
  const at = text.lastIndexOf('@')
  return at > 0
    ? { name: text.slice(0, at), version: text.slice(at + 1) }
    : { name: text, version: undefined }
}

/** Finds what is called by an id, a name, or a name and a version. */
export function createResolveName(connection: Connection): ResolveName {
  async function findByName(
    kind: 'receiver' | 'group',
    filter: { name: string; version?: string },
  ): Promise<string[]> {
    const search = { filter, page: PAGE, fields: ['id'] as const }
    const { rows } =
      kind === 'receiver' ? await selectReceivers(connection, search) : await selectGroups(connection, search)
    return rows.map(({ id }) => id)
  }

  return async (kind, text) => {
    const byId =
      kind === 'receiver'
        ? await selectReceiversById(connection, [text])
        : await selectGroupsById(connection, [text])
    if (byId.length > 0) return byId.map(({ id }) => id)
    const whole = await findByName(kind, { name: text })
    if (whole.length > 0) return whole
    const { name, version } = divide(text)
    return version === undefined ? [] : findByName(kind, { name, version })
  }
}
