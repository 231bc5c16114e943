import { EprError } from '@epr/model'
import type { ClientConfig } from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'

/** Where the data is: a PostgreSQL server, or a directory for the embedded one. */
export type DatabaseLocation =
  | { kind: 'server'; config: ClientConfig; display: string }
  | { kind: 'directory'; directory: string }

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i
/** libpq's `host=… password=…`, `user:password@host`, `jdbc:postgresql:…`: an address, of which nothing may be shown. */
const LIKE_AN_ADDRESS =
  /:|(?:^|\s)(?:host|hostaddr|port|user|password|passfile|dbname|service|sslmode|options)\s*=/i
const FORM = 'postgres://user:password@host:port/database'

const refuse = (reason: string): EprError => new EprError('INVALID_ARGUMENT', `--db: ${reason}`)

/** Made of what is known to be public, not by taking out what is secret. */
function toDisplay({ user, host, port, database }: ClientConfig): string {
  if (host?.includes('/')) return `postgres://${user}@/${database}?host=${host}`
  const name = host?.includes(':') ? `[${host}]` : host || 'localhost'
  return `postgres://${user}@${name}${port ? `:${port}` : ''}/${database}`
}

/** `sslmode` means here what libpq says; pg 8 alone would verify certificates for `require` and `prefer`. */
function parseUrl(url: string): ClientConfig {
  // The one before a user's @ ends at the first of these: `epr:12/34@host` would be port 12 and a database `34@host`.
  const [authority = '', rest = ''] = url.replace(SCHEME, '').split(/(?=[/?#])(.*)/s)
  const isCut = rest.includes('#') || (rest.includes('@') && !authority.includes('@'))
  const compatible = /[?&]sslmode=/.test(url) && !url.includes('uselibpqcompat=')
  try {
    if (!isCut) return parseIntoClientConfig(compatible ? `${url}&uselibpqcompat=true` : url)
  } catch {
    // Node's own error has the whole URL in it, so it is not kept.
  }
  throw refuse(`not a valid URL: write ${FORM}, with special characters percent-encoded`)
}

/**
 * Reads `--db`. User and database default to `postgres`, as the original's do (`postgres://localhost:5432`).
 *
 * @throws EprError INVALID_ARGUMENT for an invalid URL, of another scheme than postgres, and for
 *   what looks like an address in another form; no message has a part of it but the scheme
 */
export function toDatabaseLocation(db: string): DatabaseLocation {
  const scheme = SCHEME.exec(db)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (LIKE_AN_ADDRESS.test(db))
      throw refuse(`neither a directory nor a URL: write ${FORM}, or a path without ":" and "key=value"`)
    return { kind: 'directory', directory: db }
  }
  if (scheme !== 'postgres' && scheme !== 'postgresql')
    throw refuse(`${scheme}:// is not supported: give ${FORM} or a directory`)
  const parsed = parseUrl(db)
  const config = { ...parsed, user: parsed.user || 'postgres', database: parsed.database || 'postgres' }
  return { kind: 'server', config, display: toDisplay(config) }
}
