// Connecting: where the brokers are, who one is.

// What is used of kafkajs itself: whatever replaces it must have these.
export type {
  Admin,
  Batch,
  Consumer,
  ConsumerGroupJoinEvent,
  EachBatchPayload,
  IHeaders as KafkaHeaders,
  Kafka,
  KafkaMessage,
  Producer,
} from 'kafkajs'
export { type BrokerOptions, type KafkaSasl, type KafkaTls, readSasl } from './broker-options.js'

// What kafkajs leaves to its users.
export { registerCodecs } from './codecs.js'
export { createKafkaConnection, type KafkaConnection, type KafkaConnectionOptions } from './connection.js'
export { isTooLarge, protocolErrorOf } from './protocol-error.js'
export { type EnsureTopicOptions, ensureTopic } from './topics.js'
