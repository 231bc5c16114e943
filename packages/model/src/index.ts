export { type Actor, type ActorType, actorSchema, fromAuthType, toAuthType } from './actor.js'
export {
  type Artifact,
  type ArtifactGate,
  type ArtifactGates,
  type Artifacts,
  artifactGatesSchema,
  artifactsSchema,
  type GateTurn,
  gateTurnSchema,
} from './artifact.js'
export {
  type Component,
  componentSchema,
  type FoundComponent,
  type FoundComponents,
  foundComponentSchema,
  foundComponentsSchema,
} from './component.js'
export {
  DELIVERY_BUCKETS,
  DELIVERY_METRICS,
  type Delivery,
  type DeliveryEvent,
  type DeliveryEvents,
  type DeliveryMetric,
  type DeliveryNumbers,
  type DeliveryRules,
  deliveryEventSchema,
  deliveryEventsSchema,
  deliveryRulesSchema,
  deliverySchema,
  type KeptDeliveryRules,
  keptDeliveryRulesSchema,
} from './delivery.js'
export { EprError, type EprErrorOptions, type ErrorCode, isRetryable } from './error.js'
export { type Event, type EventInput, eventInputSchema, eventSchema } from './event.js'
export {
  type EventReceiver,
  type EventReceiverInput,
  eventReceiverInputSchema,
  eventReceiverSchema,
} from './event-receiver.js'
export {
  type EventReceiverGroup,
  type EventReceiverGroupInput,
  eventReceiverGroupInputSchema,
  eventReceiverGroupPatchSchema,
  eventReceiverGroupSchema,
} from './event-receiver-group.js'
export {
  type ExplainedGate,
  type ExplainedReceiver,
  explainGate,
  explainStatus,
  SPAN_UNITS,
  toLabels,
  toSpan,
} from './explain-gate.js'
export {
  type FeedComment,
  type FeedEntry,
  type FeedPlace,
  type FeedView,
  feedCommentSchema,
  feedEntrySchema,
  feedPlaceSchema,
  feedViewSchema,
  type GateChange,
  gateChangeSchema,
  isCursor,
  type MessageKind,
  type MessageSummary,
  messageKindSchema,
  messageSummarySchema,
} from './feed-entry.js'
export { MAX_FIELD_LENGTH } from './field.js'
export {
  FINDING_KINDS,
  type Finding,
  type Findings,
  findingSchema,
  findingsSchema,
} from './finding.js'
export { type Fingerprinted, fingerprint } from './fingerprint.js'
export {
  type GateArtifact,
  type GateArtifacts,
  type GateCell,
  gateArtifactSchema,
  gateArtifactsSchema,
} from './gate-artifacts.js'
export { gateStanding, type Standing } from './gate-standing.js'
export {
  type GateStatus,
  gateStatusSchema,
  type ReceiverStatus,
  receiverLabel,
  receiverStatusSchema,
} from './gate-status.js'
export {
  type DeadLetterReason,
  HEARTBEAT_LIMITS,
  type Heartbeat,
  heartbeatSchema,
  type WatcherState,
  watcherNameSchema,
  watcherSchema,
} from './heartbeat.js'
export { codeOfStatus, HTTP_STATUS } from './http-status.js'
export { firstIdOf, idSchema, idTimeMs, isId } from './id.js'
export { indentJson } from './indent-json.js'
export {
  fromJsonText,
  isJsonText,
  type Json,
  type JsonText,
  stringifyJson,
  toJsonText,
} from './json.js'
export {
  assertJsonDepth,
  assertJsonDepthInTurns,
  type DividedObject,
  divideArray,
  divideObject,
  elementTexts,
  type LightenedJson,
  lightenJson,
  MAX_JSON_DEPTH,
  memberText,
  memberTexts,
  PLAIN_NUMBER_CHARS,
  pickMembers,
  type Slices,
  skipString,
} from './json-scan.js'
export {
  MESSAGE_PACKAGES,
  MESSAGE_PLATFORM_ID,
  MESSAGE_TYPES,
  type Message,
  messageSchema,
} from './message.js'
export { NVRPP_FIELDS, type Nvrpp, nvrppKey, nvrppSchema } from './nvrpp.js'
export { type Operations, operationsSchema } from './operations.js'
export {
  assertPackageName,
  DEFAULT_PLATFORM_ID,
  DEFAULT_RELEASE,
  nvrppOfPackageUrl,
  type PackageUrlParts,
} from './package-url.js'
export { toPlainJson, toPlainLine } from './plain-line.js'
export {
  OTHER_PATH,
  REFUSAL_LIMITS,
  type RefusalSample,
  type Refusals,
  refusalsSchema,
} from './refusals.js'
export { resolveName } from './resolve-name.js'
export {
  type BatchResult,
  batchAnswerSchema,
  batchResultSchema,
  idAnswerSchema,
  MAX_BATCH_EVENTS,
  refusedItemSchema,
} from './results.js'
export {
  MAX_CHECKED,
  type PayloadCheck,
  payloadCheckSchema,
  type SchemaCheck,
  schemaCheckSchema,
} from './schema-check.js'
export {
  type DefinitionFilter,
  definitionFilterSchema,
  type EventField,
  type EventFilter,
  eventFilterSchema,
  type GroupField,
  isUlidFilter,
  MAX_PAGE_ROWS,
  type Page,
  type PageRequest,
  type ReceiverField,
  SEARCHED,
  type Searched,
} from './search.js'
export {
  MAX_SEARCH_CHARS,
  SEARCH_READINGS,
  type SearchAnswer,
  type SearchHit,
  type SearchReading,
  searchAnswerSchema,
  searchHitSchema,
} from './search-answer.js'
export { nearestName, readBoolean, readDurationMs, SETTINGS, settingsProblem } from './setting.js'
export { readSettingsText, type YamlLibrary } from './settings-text.js'
export { characterBoundary, shorten } from './shorten.js'
export { isTime, readTime } from './time.js'
export {
  MAX_USAGE_DAYS,
  RECEIVER_WARNINGS,
  type ReceiversUsage,
  type ReceiverUsage,
  receiversUsageSchema,
  receiverUsageSchema,
} from './usage.js'
