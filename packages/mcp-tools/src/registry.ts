import type {
  DefinitionFilter,
  Event,
  EventField,
  EventFilter,
  EventInput,
  EventReceiver,
  EventReceiverGroup,
  EventReceiverGroupInput,
  EventReceiverInput,
  FoundComponents,
  GateStatus,
  GroupField,
  Nvrpp,
  ReceiverField,
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
  }
  components: {
    /** The artifacts that have what the text says: a package URL, a CPE, a hash, a name. */
    search(text: string, page: { limit: number; after?: string }): Promise<FoundComponents>
  }
}
