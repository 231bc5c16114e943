import type { PayloadSchemas } from '@epr/payload-schema'
import type { Database } from '../storage/database.js'
import type { Definitions } from './definitions.js'
import { createEvents, type Events } from './events.js'
import { createGateStatus, type ReadGateStatus } from './gate-status.js'
import { createGroups, type Groups } from './groups.js'
import { createIdentities } from './identity.js'
import { createReceivers, type Receivers } from './receivers.js'
import type { Recorder } from './recorder.js'

/** The use cases that REST and GraphQL share. */
export interface Registry {
  events: Events
  receivers: Receivers
  groups: Groups
  gateStatus: ReadGateStatus
}

export interface RegistryOptions {
  database: Database
  definitions: Definitions
  payloadSchemas: PayloadSchemas
  recorder: Recorder
  /** Called after messages about receivers and groups have been committed. */
  onMessages: () => void
}

export function createRegistry(options: RegistryOptions): Registry {
  const { database, definitions, payloadSchemas, recorder, onMessages } = options
  const nextIdentity = createIdentities()
  return {
    events: createEvents({ database, definitions, payloadSchemas, recorder, nextIdentity }),
    receivers: createReceivers({ database, definitions, payloadSchemas, nextIdentity, onMessages }),
    groups: createGroups({ database, definitions, nextIdentity, onMessages }),
    gateStatus: createGateStatus(database),
  }
}
