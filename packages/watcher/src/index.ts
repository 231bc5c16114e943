// Watching: a source, matchers, a handler.

export { type RetryOptions, retryAfterMs } from '@epr/client'
export type { DeadLetter, DeadLetterSink, Failure, FailureKind } from './dead-letter.js'
export { NotRetryableError, RetryLaterError, WatcherError } from './errors.js'
export { type FeedSourceOptions, feedSource } from './feed/source.js'
export type { HeartbeatOptions } from './heartbeat.js'
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
  type MatchContext,
  type Matcher,
  type MessageWithPayload,
  not,
  opens,
} from './matcher.js'
export type { WatcherMetrics } from './metrics.js'
export { type Route, route, type WatcherOptions } from './options.js'
export type { TaskContext, TaskHandler } from './processing/task-handler.js'
export { createWatcher, type RunOptions, type Watcher } from './watcher.js'

// For those who bring a source, a store of cursors or of what is done.

export type { KafkaSasl, KafkaTls } from '@epr/kafka'
export type { CursorStore } from './feed/cursor-store.js'
export type { Delivery, Lease, MessageSource, Outcome, SourceEvents } from './message-source.js'
export type { Dedupe } from './processing/job.js'
export type { HeaderValue, Origin, SourceRecord } from './source-record.js'
