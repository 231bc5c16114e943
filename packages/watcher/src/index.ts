export type { KafkaSasl, KafkaTls } from '@epr/kafka'
export type { DeadLetter, DeadLetterSink } from './dead-letter.js'
export type { Dedupe } from './dedupe.js'
export { NotRetryableError, WatcherError } from './errors.js'
export type { Failure, FailureKind } from './failure.js'
export type { CursorStore } from './feed/cursor-store.js'
export { type FeedSourceOptions, feedSource } from './feed/source.js'
export type { HttpEndpointOptions } from './http-endpoint.js'
export type { KafkaConnectionOptions } from './kafka/connection.js'
export { type KafkaSourceOptions, kafkaSource } from './kafka/source.js'
export { type DeadLetterPlace, listDeadLetters } from './list-dead-letters.js'
export type { Log } from './log.js'
export {
  allOf,
  anyOf,
  byGroup,
  byNvrpp,
  byPayload,
  byReceiver,
  bySuccess,
  byType,
  type Guard,
  type Matcher,
  type MessageWithPayload,
  not,
} from './matcher.js'
export type {
  Delivery,
  MessageSource,
  Origin,
  Outcome,
  SourceEvents,
  SourceRecord,
  Turn,
} from './message-source.js'
export type { WatcherMetrics } from './metrics.js'
export { type Route, route, type WatcherOptions } from './options.js'
export type { TaskContext, TaskHandler } from './processing/task-handler.js'
export type { RetryOptions } from './retry.js'
export { createWatcher, type RunOptions, type Watcher } from './watcher.js'
