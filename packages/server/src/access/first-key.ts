import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EprError } from '@epr/model'
import { insertAccessKey, lockAccess, selectKeys, writeAct } from '../storage/access.js'
import type { Database } from '../storage/database.js'
import type { Access } from './access.js'
import { drawKey, hashKey, type NewKey, readKeyId } from './key-text.js'

const NAME = 'admin'
const FILE = 'admin.key'
const OWNER_ONLY = 0o600

export interface FirstKeyOptions {
  database: Database
  access: Access
  /** A key that whoever runs the server brings along. */
  given: string | undefined
  /** Where the embedded database is; undefined with one of somebody else's. */
  directory: string | undefined
  log: { info(fields: object, text: string): void }
}

const THREE_WAYS =
  'whoever reaches this address could open gates, and there is no key yet: set EPR_ADMIN_KEY to one (epr-server key draw prints it), ' +
  'make one in the database (epr-server key create --name admin --admin), or say --auth off'

/** Takes a key of this text for an admin's; one that was there already, also one that was revoked, stays as it is. */
async function insertAdmin(database: Database, { id, text }: NewKey): Promise<void> {
  await database.transaction(async (connection) => {
    await lockAccess(connection)
    const hash = hashKey(text)
    if ((await selectKeys(connection)).some((key) => key.hash.equals(hash))) return
    const { hash: _, ...after } = await insertAccessKey(connection, {
      id,
      name: NAME,
      hash,
      is_admin: true,
      expires_at: null,
    })
    await writeAct(connection, {
      actor: 'the server',
      act: 'key.create',
      object: NAME,
      after,
      request_id: '',
    })
  })
}

/**
 * Makes sure that a server which asks who one is can be answered: by the key that it was given, or by one that it makes,
 * whose file only its owner reads.
 *
 * @throws EprError INVALID_ARGUMENT when there is none, with the ways to one
 */
export async function ensureFirstKey({
  database,
  access,
  given,
  directory,
  log,
}: FirstKeyOptions): Promise<void> {
  if (given !== undefined) {
    const id = readKeyId(given)
    if (id === undefined)
      throw new EprError('INVALID_ARGUMENT', 'EPR_ADMIN_KEY is not a key: epr-server key draw prints one')
    await insertAdmin(database, { id, text: given })
    await access.reload()
  }
  if (access.keyCount > 0 || access.isOpen) return
  if (directory === undefined) throw new EprError('INVALID_ARGUMENT', THREE_WAYS)
  const key = drawKey()
  const file = join(directory, FILE)
  // One that is there already keeps its mode, whatever is said here.
  await rm(file, { force: true })
  await writeFile(file, `${key.text}\n`, { mode: OWNER_ONLY, flag: 'wx' })
  await insertAdmin(database, key)
  await access.reload()
  log.info({ file }, `the first key, an admin's, is in ${file}: epr-cli takes it by EPR_TOKEN_FILE`)
}
