import {
  createKafkaConnection,
  ensureTopic,
  isTooLarge,
  type KafkaSasl,
  type KafkaTls,
  protocolErrorOf,
} from '@epr/kafka'
import { EprError } from '@epr/model'
import type { ConnectPublisher, PublishRecord } from './publisher.js'

/** Where the brokers are and how they want to be spoken to. */
export interface KafkaOptions {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[]
  topic: string
  tls?: boolean | KafkaTls | undefined
  sasl?: KafkaSasl | undefined
  log: { debug(fields: object, text: string): void; info(fields: object, text: string): void }
}

function toEprError(error: unknown, { topic }: KafkaOptions): EprError {
  const { message } = error as Error
  if (isTooLarge(error)) return new EprError('PAYLOAD_TOO_LARGE', message, { cause: error })
  if (protocolErrorOf(error) === 'TOPIC_AUTHORIZATION_FAILED')
    return new EprError('UNAVAILABLE', `not allowed to write to topic ${topic}: ${message}`, { cause: error })
  return new EprError('UNAVAILABLE', message, { cause: error })
}

const toMessage = ({ key, value, headers }: PublishRecord) => ({ key, value, headers })

/** Publishes to Kafka, and whatever speaks its protocol. A connection is thrown away at the first failure. */
export function createKafkaPublisher(options: KafkaOptions): ConnectPublisher {
  const { topic, log } = options
  let attempts = 0
  return async (abort) => {
    // A client without retries asks the first of its brokers only: each takes its turn in being that.
    const first = attempts++ % options.brokers.length
    const connection = createKafkaConnection({
      brokers: [...options.brokers.slice(first), ...options.brokers.slice(0, first)],
      tls: options.tls,
      sasl: options.sasl,
      clientId: 'epr-server',
      // The relay has one way to try again, for everything.
      retry: { retries: 0 },
      log,
    })
    // One request at a time to each broker: a batch can never overtake the one before it.
    const producer = connection.createProducer({ maxInFlightRequests: 1 })
    abort.addEventListener('abort', connection.destroy, { once: true })
    const close = async () => {
      abort.removeEventListener('abort', connection.destroy)
      connection.destroy()
      void producer.disconnect().catch(() => undefined)
    }
    try {
      abort.throwIfAborted()
      await producer.connect()
      if (await ensureTopic(connection, topic))
        log.info({ topic }, `created topic ${topic} with the broker's defaults`)
    } catch (error) {
      await close()
      throw error instanceof EprError ? error : toEprError(error, options)
    }
    // From here on it is the relay that ends it, after what is under way.
    abort.removeEventListener('abort', connection.destroy)
    return {
      async publish(records) {
        try {
          await producer.send({ topic, acks: -1, messages: records.map(toMessage) })
        } catch (error) {
          throw toEprError(error, options)
        }
      },
      close,
    }
  }
}
