// Connecting: where the brokers are, who one is.

export { type BrokerOptions, type KafkaSasl, type KafkaTls, readSasl } from './broker-options.js'
export { createKafkaConnection, type KafkaConnection, type KafkaConnectionOptions } from './connection.js'

// What kafkajs leaves to its users.

export { registerCodecs } from './codecs.js'
export { isTooLarge, protocolErrorOf } from './protocol-error.js'
export { type EnsureTopicOptions, ensureTopic } from './topics.js'

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
