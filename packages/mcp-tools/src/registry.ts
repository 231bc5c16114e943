import type {
  ArtifactGates,
  DefinitionFilter,
  Delivery,
  DeliveryEvents,
  DeliveryMetric,
  Event,
  EventField,
  EventFilter,
  EventInput,
  EventReceiver,
  EventReceiverGroup,
  EventReceiverGroupInput,
  EventReceiverInput,
  FoundComponents,
  GateArtifact,
  GateArtifacts,
  GateStatus,
  GroupField,
  Nvrpp,
  ReceiverField,
  SearchAnswer,
} from '@epr/model'

/** Which rows a search gives, and which fields of them. */
export interface ToolSearch<Field extends string> {
  fields: readonly Field[]
  limit: number
  order?: 'asc' | 'desc' | undefined
  /** Only what comes behind this id. */
  after?: string | undefined
  created_after?: string | undefined
  created_before?: string | undefined
}

export type NewToolEvent = EventInput & { payload: unknown }
export type NewToolReceiver = EventReceiverInput & { schema: unknown }

/** JSON of users as `JsonText`: the text as it was recorded. */
interface Exact {
  exact: true
}

/** Which artifacts of a gate are wanted. */
export interface GateQuery {
  state?: GateArtifact['state'][] | undefined
  name?: string | undefined
  order: 'recent' | 'waiting'
  /** RFC 3339. */
  at?: string | undefined
  limit: number
  after?: string | undefined
}

/** Which deliveries are asked about. */
export interface DeliveryQuery {
  /** RFC 3339. */
  from?: string | undefined
  /** RFC 3339, not included. */
  to?: string | undefined
  name?: string | undefined
  environment?: string | undefined
}

/** What tools need of a registry: the SDK's client is one, and so is the server itself. All of it rejects with an EprError. */
export interface ToolRegistry {
  events: {
    create(event: NewToolEvent): Promise<string>
    get(id: string, options: Exact): Promise<Event>
    find<const Field extends EventField>(
      filter: EventFilter,
      search: ToolSearch<Field>,
    ): Promise<Pick<Event, Field>[]>
  }
  receivers: {
    create(receiver: NewToolReceiver): Promise<string>
    get(id: string, options: Exact): Promise<EventReceiver>
    find<const Field extends ReceiverField>(
      filter: DefinitionFilter,
      search: ToolSearch<Field>,
    ): Promise<Pick<EventReceiver, Field>[]>
  }
  groups: {
    create(group: EventReceiverGroupInput): Promise<string>
    get(id: string): Promise<EventReceiverGroup>
    find<const Field extends GroupField>(
      filter: DefinitionFilter,
      search: ToolSearch<Field>,
    ): Promise<Pick<EventReceiverGroup, Field>[]>
    /** The id of the only group that is called so: an id, `name`, or `name@version`. */
    resolve(name: string): Promise<string>
    status(id: string, nvrpp: Nvrpp): Promise<GateStatus>
    /** A page of the gate's artifacts. */
    artifacts(id: string, query: GateQuery): Promise<GateArtifacts>
  }
  artifacts: {
    /** The gates of an artifact, with each change of them. */
    gates(nvrpp: Nvrpp): Promise<ArtifactGates>
  }
  components: {
    /** The artifacts that have what the text says: a package URL, a CPE, a hash, a name. */
    search(text: string, page: { limit: number; after?: string }): Promise<FoundComponents>
  }
  delivery: {
    measure(query: DeliveryQuery & { bucket: Delivery['bucket']; time_zone: string }): Promise<Delivery>
    /** The events that a number was made of. */
    events(
      metric: DeliveryMetric,
      query: DeliveryQuery & { limit: number; after?: string | undefined },
    ): Promise<DeliveryEvents>
  }
  /** What a text names. */
  search(text: string): Promise<SearchAnswer>
}
