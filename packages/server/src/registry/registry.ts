import type { PayloadSchemas } from '@epr/payload-schema'
import type { Recorder } from '../intake/recorder.js'
import type { Database } from '../storage/database.js'
import type { Definitions } from '../storage/definition-cache.js'
import type { CloudEventMapper } from './cloud-events/cloud-event.js'
import { type CloudEvents, createCloudEvents } from './cloud-events/cloud-events.js'
import { createEvents, type Events } from './events.js'
import { createGateStatus, type ReadGateStatus } from './gate-status.js'
import { createGroups, type Groups } from './groups.js'
import { createIdempotency } from './idempotency.js'
import { createIdentities } from './identity.js'
import { createReceivers, type Receivers } from './receivers.js'

/** The use cases that REST, GraphQL and CloudEvents share. */
export interface Registry {
  events: Events
  receivers: Receivers
  groups: Groups
  gateStatus: ReadGateStatus
  cloudEvents: CloudEvents
}

export interface RegistryOptions {
  database: Database
  definitions: Definitions
  payloadSchemas: PayloadSchemas
  recorder: Recorder
  /** Which kinds of CloudEvents are known. */
  cloudEventMappers: readonly CloudEventMapper[]
  /** Called after messages about receivers and groups have been committed. */
  onMessages: () => void
}

export function createRegistry(options: RegistryOptions): Registry {
  const { database, definitions, payloadSchemas, recorder, cloudEventMappers, onMessages } = options
  const nextIdentity = createIdentities()
  const idempotency = createIdempotency(database)
  const events = createEvents({ database, definitions, payloadSchemas, recorder, idempotency, nextIdentity })
  const receivers = createReceivers({
    database,
    definitions,
    payloadSchemas,
    idempotency,
    nextIdentity,
    onMessages,
  })
  return {
    events,
    receivers,
    groups: createGroups({ database, definitions, idempotency, nextIdentity, onMessages }),
    gateStatus: createGateStatus(database),
    cloudEvents: createCloudEvents({ events, receivers, mappers: cloudEventMappers }),
  }
}
