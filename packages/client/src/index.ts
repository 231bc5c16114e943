// Calls, and what they take and give.

export type {
  Actor,
  Artifact,
  ArtifactGate,
  ArtifactGates,
  Component,
  EventField,
  EventFilter,
  FeedEntry,
  FeedView,
  Finding,
  Findings,
  FoundComponent,
  FoundComponents,
  GateArtifact,
  GateArtifacts,
  GateStatus,
  GroupField,
  Heartbeat,
  MessageKind,
  MessageSummary,
  Operations,
  PayloadCheck,
  ReceiverField,
  ReceiverUsage,
  Refusals,
  SchemaCheck,
  SearchAnswer,
  SearchHit,
  WatcherState,
} from '@epr/model'
export type { Artifacts, ArtifactsQuery } from './artifacts.js'
export type { CreateResult } from './batches.js'
export { type Client, createClient } from './client.js'
export type { CloudEventLike, CloudEventOptions } from './cloud-events.js'
export type { Components, ComponentsPage } from './components.js'
export type { CreateManyOptions, CreateManyProgress } from './create-many.js'
export type {
  DeliveryCalls,
  DeliveryEventsQuery,
  DeliveryMeasureQuery,
  DeliveryQuery,
} from './delivery.js'
export { ApiError, GateTimeoutError, NetworkError, type NetworkPhase, ResponseError } from './errors.js'
export type { Events, NewEvent } from './events.js'
export type {
  EntryOf,
  FeedOptions,
  FeedPage,
  ListOptions,
  MessageFilter,
  StreamOptions,
  ViewOptions,
} from './feed/feed-options.js'
export type { Messages } from './feed/messages.js'
export type { GateArtifactsQuery, GroupFilter, Groups, NewGroup } from './groups.js'
export type { RestAnswer, RestOptions } from './http/rest.js'
export type { CallOptions, ClientOptions, CreateOptions, ReadOptions, TokenSource } from './options.js'
export type { NewReceiver, ReceiverFilter, Receivers, SchemaTrial } from './receivers.js'
export type { RetryOptions } from './retry/policy.js'
export type { FindAllOptions, SearchOptions } from './search-options.js'
export type { ServerStatus } from './status.js'
export type { WaitOptions } from './wait-until-open.js'
export type { Watchers } from './watchers.js'

// For what stands on the client: watchers, the command line.

export type { FeedBatch } from './feed/connection.js'
export type { RawEntry } from './feed/entries.js'
export type { FeedConnectionOptions } from './feed/feed-options.js'
export { retryAfterMs } from './http/api-error.js'
export { forwardAbort } from './retry/forward-abort.js'
export { backoffMs, type RetryPolicy, toRetryPolicy } from './retry/policy.js'
export { sleep } from './retry/sleep.js'
export { toSearchDocument } from './search.js'
