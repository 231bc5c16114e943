import type { PayloadSchemas } from '@epr/payload-schema'
import type { Actors } from '../access/actors.js'
import type { Recorder } from '../intake/recorder.js'
import type { Definitions } from '../storage/definition-cache.js'
import type { Databases } from '../storage/open-database.js'
import { selectReceivers } from '../storage/receivers.js'
import { type ArtifactAnswers, createArtifactAnswers } from './artifacts.js'
import type { CloudEventMapper } from './cloud-events/cloud-event.js'
import { type CloudEvents, createCloudEvents } from './cloud-events/cloud-events.js'
import { createFindComponents, type FindComponents } from './components.js'
import { createDeliveryAnswers, type DeliveryAnswers } from './delivery.js'
import { createEvents, type Events } from './events.js'
import { createGateArtifacts, type ReadGateArtifacts } from './gate-artifacts.js'
import { createGateStatus, type ReadGateStatus } from './gate-status.js'
import { createGroups, type Groups } from './groups.js'
import { createIdempotency } from './idempotency.js'
import { createIdentities } from './identity.js'
import { createReceivers, type Receivers } from './receivers.js'
import type { RefusedPayloads } from './refusals.js'
import { createSchemaChecks, type SchemaChecks } from './schema-checks.js'
import { createSearch, type Search } from './search.js'
import { createReadUsage, type ReadUsage } from './usage.js'
import { createWatchers, type Watchers } from './watchers.js'

/** The use cases that REST, GraphQL and CloudEvents share. */
export interface Registry {
  events: Events
  receivers: Receivers
  schemaChecks: SchemaChecks
  groups: Groups
  gateStatus: ReadGateStatus
  gateArtifacts: ReadGateArtifacts
  artifacts: ArtifactAnswers
  findComponents: FindComponents
  search: Search
  delivery: DeliveryAnswers
  cloudEvents: CloudEvents
  watchers: Watchers
  usage: ReadUsage
  refusals: RefusedPayloads
}

export interface RegistryOptions {
  databases: Pick<Databases, 'recording' | 'reading' | 'searching' | 'background' | 'answering'>
  definitions: Definitions
  payloadSchemas: PayloadSchemas
  recorder: Recorder
  actors: Actors
  refusals: RefusedPayloads
  /** The payloads of a page of a search, in bytes. */
  maxPageBytes: number
  /** Which kinds of CloudEvents are known. */
  cloudEventMappers: readonly CloudEventMapper[]
  /** Called after messages about receivers and groups have been committed. */
  onMessages: () => void
}

export function createRegistry(options: RegistryOptions): Registry {
  const {
    databases,
    definitions,
    payloadSchemas,
    recorder,
    actors,
    refusals,
    cloudEventMappers,
    onMessages,
  } = options
  const nextIdentity = createIdentities()
  const idempotency = createIdempotency(databases.recording)
  const events = createEvents({
    databases,
    definitions,
    payloadSchemas,
    recorder,
    idempotency,
    actors,
    refusals,
    maxPageBytes: options.maxPageBytes,
    nextIdentity,
  })
  const receivers = createReceivers({
    databases,
    definitions,
    payloadSchemas,
    idempotency,
    actors,
    nextIdentity,
    onMessages,
  })
  const findComponents = createFindComponents(databases.answering)
  return {
    events,
    receivers,
    schemaChecks: createSchemaChecks({ databases, definitions, payloadSchemas }),
    groups: createGroups({ databases, definitions, idempotency, actors, nextIdentity, onMessages }),
    gateStatus: createGateStatus(databases.reading),
    gateArtifacts: createGateArtifacts(databases.answering),
    artifacts: createArtifactAnswers(databases.answering),
    findComponents,
    search: createSearch(databases.answering, findComponents),
    delivery: createDeliveryAnswers(databases),
    watchers: createWatchers(databases),
    usage: createReadUsage(databases.answering),
    refusals,
    cloudEvents: createCloudEvents({
      equalityKey: payloadSchemas.equalityKey,
      events,
      findReceiver: async (type) => {
        const page = { limit: 1, order: 'desc' } as const
        const { rows } = await selectReceivers(databases.recording, {
          filter: { type },
          page,
          fields: ['id'],
        })
        return rows[0]?.id
      },
      mappers: cloudEventMappers,
    }),
  }
}
