import net from 'node:net'
import tls from 'node:tls'
import { EprError } from '@epr/model'
import {
  type ISocketFactory,
  Kafka,
  type KafkaConfig,
  logLevel,
  Partitioners,
  type SASLOptions,
} from 'kafkajs'
import type { ConnectPublisher, PublishRecord } from './publisher.js'

/** Where the brokers are and how they want to be spoken to. */
export interface KafkaOptions {
  /** `host:port` of some brokers of the cluster. */
  brokers: string[]
  topic: string
  /** TLS, with `ca` (PEM) in place of the system's authorities when given. */
  tls?: { ca?: Buffer } | undefined
  sasl?: { mechanism: 'PLAIN' | 'SCRAM'; username: string; password: string } | undefined
  log: { debug(fields: object, text: string): void; info(fields: object, text: string): void }
}

const CONNECT_TIMEOUT_MS = 5_000
/** A black-holed network is noticed after this long. */
const REQUEST_TIMEOUT_MS = 8_000
const KEEP_ALIVE_DELAY_MS = 60_000
/** Refused for its size: by the limit of a batch, or by that of a segment. */
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']

function toSasl({ mechanism, username, password }: NonNullable<KafkaOptions['sasl']>): SASLOptions {
  if (mechanism === 'PLAIN') return { mechanism: 'plain', username, password }
  return { mechanism: 'scram-sha-512', username, password }
}

/** The options in kafkajs's words. Its own retries are off: the relay has one way to try again, for everything. */
export function toKafkaConfig({ brokers, tls, sasl }: KafkaOptions): KafkaConfig {
  return {
    clientId: 'epr-server',
    brokers,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 0 },
    ...(tls && { ssl: tls.ca ? { ca: [tls.ca] } : true }),
    ...(sasl && { sasl: toSasl(sasl) }),
  }
}

/** Sockets that can be let go of all at once: kafkajs itself waits for what is under way on them. */
function createSockets(): { factory: ISocketFactory; destroy(): void } {
  const open = new Set<net.Socket>()
  let destroyed = false
  return {
    factory({ host, port, ssl, onConnect }) {
      const target = { host, port, ...(net.isIP(host) === 0 && { servername: host }) }
      const socket = ssl
        ? tls.connect({ ...target, ...ssl }, onConnect)
        : net.connect({ host, port }, onConnect)
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      if (destroyed) socket.destroy(new Error('closed'))
      return socket
    },
    destroy() {
      destroyed = true
      for (const socket of open) socket.destroy(new Error('closed'))
    },
  }
}

/** The protocol's name of an error, which kafkajs wraps once more when it does not retry. */
function typeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return 'type' in error && typeof error.type === 'string' ? error.type : typeOf(error.cause)
}

function toEprError(error: unknown, { topic }: KafkaOptions): EprError {
  const type = typeOf(error)
  const { message } = error as Error
  if (type && TOO_LARGE.includes(type)) return new EprError('PAYLOAD_TOO_LARGE', message, { cause: error })
  if (type === 'TOPIC_AUTHORIZATION_FAILED')
    return new EprError('UNAVAILABLE', `not allowed to write to topic ${topic}: ${message}`, { cause: error })
  return new EprError('UNAVAILABLE', message, { cause: error })
}

/** Creates the topic when it is missing, with the broker's own defaults. */
async function ensureTopic(kafka: Kafka, { topic, log }: KafkaOptions): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 3, initialRetryTime: 100 } })
  await admin.connect()
  const missing = await admin.fetchTopicMetadata({ topics: [topic] }).then(
    () => false,
    (error: unknown) => {
      if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return true
      throw error
    },
  )
  if (missing) {
    try {
      const created = await admin.createTopics({ topics: [{ topic }], waitForLeaders: true })
      if (created) log.info({ topic }, `created topic ${topic} with the broker's defaults`)
    } catch (error) {
      throw new EprError(
        'UNAVAILABLE',
        `topic ${topic} is missing and cannot be created (${reasonOf(error)}): create it, or allow it`,
        { cause: error },
      )
    }
  }
  await admin.disconnect()
}

/** The first cause in words: what kafkajs throws for several topics says only that "errors" happened. */
function reasonOf(error: unknown): string {
  const { errors, message } = error as { errors?: Error[]; message: string }
  return errors?.[0]?.message ?? message
}

const toMessage = ({ key, value, headers }: PublishRecord) => ({ key, value, headers })

/**
 * Publishes to Kafka, and whatever speaks its protocol. kafkajs keeps state about brokers that it does not
 * always get rid of; so every connection is a client of its own, thrown away at the first failure.
 */
export function createKafkaPublisher(options: KafkaOptions): ConnectPublisher {
  let attempts = 0
  return async (abort) => {
    const sockets = createSockets()
    // A client without retries asks the first of its brokers only: each takes its turn in being that.
    const first = attempts++ % options.brokers.length
    const brokers = [...options.brokers.slice(first), ...options.brokers.slice(0, first)]
    const kafka = new Kafka({
      ...toKafkaConfig({ ...options, brokers }),
      socketFactory: sockets.factory,
      logLevel: logLevel.WARN,
      // Its errors reach us as errors too; of what else it logs, only the texts are sure to hold no secret.
      logCreator: () => (entry) => options.log.debug({ namespace: entry.namespace }, entry.log.message),
    })
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      // One request at a time to each broker: a batch can never overtake the one before it.
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    abort.addEventListener('abort', sockets.destroy, { once: true })
    const close = async () => {
      abort.removeEventListener('abort', sockets.destroy)
      sockets.destroy()
      void producer.disconnect().catch(() => undefined)
    }
    try {
      abort.throwIfAborted()
      await producer.connect()
      await ensureTopic(kafka, options)
    } catch (error) {
      await close()
      throw error instanceof EprError ? error : toEprError(error, options)
    }
    // From here on it is the relay that ends it, after what is under way.
    abort.removeEventListener('abort', sockets.destroy)
    return {
      async publish(records) {
        try {
          await producer.send({ topic: options.topic, acks: -1, messages: records.map(toMessage) })
        } catch (error) {
          throw toEprError(error, options)
        }
      },
      close,
    }
  }
}
