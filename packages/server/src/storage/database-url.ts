import { EprError } from '@epr/model'
import type { ClientConfig } from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'

/** Where the data is: a PostgreSQL server, or a directory for the embedded one. */
export type DatabaseLocation =
  | { kind: 'server'; config: ClientConfig; display: string }
  | { kind: 'directory'; directory: string }

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i
const FORM = 'postgres://user:password@host:port/database'

/** The URL without its password, for logs. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):[^@]*@/i, '$1:***@').replace(/([?&]password=)[^&]*/i, '$1***')
}

/** `sslmode` means here what libpq says; pg 8 alone would verify certificates for `require` and `prefer`. */
function parseUrl(url: string): ClientConfig {
  const compatible = /[?&]sslmode=/.test(url) && !url.includes('uselibpqcompat=')
  try {
    return parseIntoClientConfig(compatible ? `${url}&uselibpqcompat=true` : url)
  } catch (cause) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `--db: not a valid URL: write ${FORM}, with special characters percent-encoded`,
      { cause },
    )
  }
}

/**
 * Reads `--db`. User and database default to `postgres`, as the original's do (`postgres://localhost:5432`).
 *
 * @throws EprError INVALID_ARGUMENT for an invalid URL, or of another scheme than postgres
 */
export function toDatabaseLocation(db: string): DatabaseLocation {
  const scheme = SCHEME.exec(db)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'directory', directory: db }
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    throw new EprError('INVALID_ARGUMENT', `--db: ${scheme}:// is not supported: give ${FORM} or a directory`)
  }
  const config = parseUrl(db)
  return {
    kind: 'server',
    config: { ...config, user: config.user || 'postgres', database: config.database || 'postgres' },
    display: withoutPassword(db),
  }
}
