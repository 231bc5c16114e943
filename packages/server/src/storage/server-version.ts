import { EprError } from '@epr/model'
import type { Database } from './database.js'

const MIN_VERSION = 14

interface ServerFacts {
  version_num: number
  version: string
  encoding: string
}

/** @throws EprError INVALID_ARGUMENT for a PostgreSQL older than 14, or a database that is not in UTF-8 */
export async function assertServer(database: Database): Promise<void> {
  const [facts] = await database.query<ServerFacts>(
    `select current_setting('server_version_num')::int as version_num, current_setting('server_version') as version,
            current_setting('server_encoding') as encoding`,
  )
  if (!facts) return
  if (facts.version_num < MIN_VERSION * 10_000) {
    const problem = `--db: this is PostgreSQL ${facts.version}: a server of version ${MIN_VERSION} or newer is needed`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  if (facts.encoding !== 'UTF8') {
    const problem = `--db: this database is encoded in ${facts.encoding}: create one with "encoding 'UTF8'"`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
}
