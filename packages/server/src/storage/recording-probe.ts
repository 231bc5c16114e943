import { EprError } from '@epr/model'
import type { Connection } from './database.js'

const LOOK = {
  name: 'probe_recording',
  text: `select current_setting('transaction_read_only') as read_only,
                record_events('[]'::jsonb, null, '{}', '{}', '{}', '{}') as recorded`,
}

/**
 * Goes the way of an event, without one.
 *
 * @param thoroughly writes a row, which a full disk refuses
 * @throws EprError UNAVAILABLE
 */
export async function probeRecording(connection: Connection, thoroughly: boolean): Promise<void> {
  const [row] = await connection.query<{ read_only: string }>(LOOK)
  if (row?.read_only === 'on') throw new EprError('UNAVAILABLE', 'the database is read-only')
  if (thoroughly) await connection.query('update recording_probe set written_at = now()')
}
