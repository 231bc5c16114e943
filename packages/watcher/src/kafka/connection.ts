import {
  createKafkaConnection,
  type KafkaConnection,
  type KafkaSasl,
  type KafkaTls,
  readSasl,
} from '@epr/kafka'
import type { Log } from '../log.js'

/** Where the brokers are, and how they want to be spoken to. */
export interface KafkaConnectionOptions {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[]
  /** TLS, with `ca` (PEM) in place of the system's authorities when given. @default on with SCRAM, else off */
  tls?: boolean | KafkaTls
  /**
   * Who comes; SCRAM is SCRAM-SHA-512.
   *
   * @default SASL_USERNAME, SASL_PASSWORD and SASL_MECHANISM (PLAIN or SCRAM) of the environment, when set
   */
  sasl?: KafkaSasl | false
  /** What the broker's log calls it by. @default epr-watcher */
  clientId?: string
}

const RETRY = { retries: 2, initialRetryTime: 150, maxRetryTime: 1_000 }

/** @throws EprError INVALID_ARGUMENT when the variables of the environment do not go together */
export function connectToKafka(options: KafkaConnectionOptions, log: Log): KafkaConnection {
  const { brokers, tls, sasl = readSasl(process.env), clientId = 'epr-watcher' } = options
  return createKafkaConnection({ brokers, tls, sasl: sasl || undefined, clientId, retry: RETRY, log })
}
