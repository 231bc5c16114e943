import { toJsonText } from '@epr/model'
import { createIdentities } from '../../src/registry/identity.js'
import type { Connection, Database } from '../../src/storage/database.js'
import type { NewEvent } from '../../src/storage/events.js'
import { insertGroup } from '../../src/storage/groups.js'
import { insertReceiver } from '../../src/storage/receivers.js'
import type { OracleEvent } from './gate-oracle.js'

const nextIdentity = createIdentities()
const described = { name: 'n', type: 't', version: '1', description: 'd' }

export async function addReceiver(connection: Connection, type = described.type): Promise<string> {
  const identity = nextIdentity()
  await insertReceiver(connection, {
    ...identity,
    ...described,
    type,
    schema: toJsonText('{}'),
    fingerprint: '',
  })
  return identity.id
}

export async function addGroup(database: Database, receivers: string[], enabled: boolean): Promise<string> {
  const identity = nextIdentity()
  const group = {
    ...identity,
    ...described,
    enabled,
    event_receiver_ids: receivers,
    updated_at: identity.created_at,
  }
  await database.transaction((connection) => insertGroup(connection, group))
  return identity.id
}

/** An event as the registry hands it to storage. */
export function toNewEvent({ nvrpp: name, receiver, success }: OracleEvent): NewEvent {
  return {
    ...nextIdentity(),
    name,
    version: '1',
    release: '1',
    platform_id: 'p',
    package: 'k',
    type: described.type,
    description: 'd',
    payload: toJsonText('null'),
    success,
    event_receiver_id: receiver,
  }
}

/** The completions in the outbox, with the place of each in it. */
export const COMPLETIONS = `(
  select o.id, c.position, c.event_id, c.group_id, c.repeated
  from outbox o cross join unnest(o.event_ids, o.group_ids, o.groups_repeated) with ordinality
    as c (event_id, group_id, repeated, position)
  where o.kind = 'events' and c.group_id is not null
)`

/** The completions told of so far: which event completed which group, in the order of writing. */
export async function readCompletions(
  connection: Connection,
): Promise<{ event: string; group: string; repeated: boolean }[]> {
  return connection.query(
    `select event_id as event, group_id as group, repeated from ${COMPLETIONS} as completions order by id, position`,
  )
}
