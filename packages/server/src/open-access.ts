import { EprError } from '@epr/model'
import type { Logger } from 'pino'
import { type Access, createAccess } from './access/access.js'
import type { PeopleIssuer } from './access/access-tokens.js'
import { ensureFirstKey } from './access/first-key.js'
import type { Config } from './config/config.js'
import { resourcesOf } from './http/core/challenge.js'
import { isLocal } from './http/core/host-guard.js'
import { cookieName } from './http/login/cookies.js'
import { createAdministration } from './registry/administration.js'
import { createResolveName } from './registry/resolve-name.js'
import { migrate } from './storage/migrate.js'
import { type OpenedDatabase, openDatabase } from './storage/open-database.js'
import { assertServer } from './storage/server-version.js'

/** Whether people reach the server by https. */
export const isSecure = ({ tlsCert, publicUrl }: Config): boolean =>
  publicUrl === undefined ? tlsCert !== undefined : publicUrl.startsWith('https:')

/** Whose people are known: their access tokens are for what the metadata of the server calls its resources. */
function peopleIssuer(config: Config): PeopleIssuer | undefined {
  const { oidcIssuer: issuer, oidcClientId, oidcGroupsClaim: groupsClaim, publicUrl } = config
  if (issuer === undefined) return undefined
  const resources = publicUrl === undefined ? [] : resourcesOf(publicUrl)
  // ID tokens are made out to the client.
  if (oidcClientId !== undefined && resources.includes(oidcClientId))
    throw new EprError(
      'INVALID_ARGUMENT',
      '--oidc-client-id must not be the public URL: ID tokens would pass for access tokens; register another',
    )
  return { issuer, groupsClaim, resources }
}

/** @throws EprError INVALID_ARGUMENT when callers are to be asked, and none could answer; when tokens could be confused */
export async function openAccess(
  { databases, directory }: OpenedDatabase,
  config: Config,
  log: Logger,
): Promise<Access> {
  const { auth, publicUrl, adminKey } = config
  const access = createAccess({
    connection: databases.access,
    mode: auth,
    isLocal: isLocal(config),
    audience: publicUrl,
    provider: peopleIssuer(config),
    cookieName: cookieName(isSecure(config)),
    onError: (error) => log.warn({ err: error }, 'who may do what could not be read; it is tried again'),
  })
  await access.reload()
  if (auth !== 'off')
    await ensureFirstKey({ database: databases.upkeep, access, given: adminKey, directory, log })
  return access
}

/** What whoever starts the server has to know of who may use it. */
export function sayWhoMay(access: Access, { auth, host }: Config, log: Logger): void {
  if (auth === 'off') log.warn({ host }, '--auth off: whoever reaches this address can read and write')
  else if (access.isOpen)
    log.info(
      {},
      'open: this machine alone is let in, and not asked who it is; the first key ends that (epr-cli key create)',
    )
  else log.info({ keys: access.keyCount }, 'callers are asked who they are')
}

/**
 * Makes a key in a database, for whoever has access to that: no server need run.
 *
 * @returns the key, the only time that it is shown
 * @throws EprError with what is wrong with the configuration, the database or the key
 */
export async function createKeyInDatabase(
  { db, publicUrl: audience }: Config,
  key: { name: string; admin: boolean; expires: string },
  log: Logger,
): Promise<string> {
  const opened = await openDatabase(db, log)
  try {
    const { upkeep } = opened.databases
    await assertServer(upkeep)
    await migrate(upkeep)
    const onError = () => undefined
    const access = createAccess({ connection: upkeep, mode: 'off', isLocal: true, audience, onError })
    const administration = createAdministration({
      database: upkeep,
      access,
      resolveName: createResolveName(upkeep),
      audience,
    })
    const call = { principal: await access.authenticate({ headers: {} }), requestId: 'epr-server key create' }
    return (await administration.createKey(key, call)).key
  } finally {
    await opened.close()
  }
}
