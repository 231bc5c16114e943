import net from 'node:net'
import tls from 'node:tls'
import { EprError } from '@epr/model'
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs'
import type { Log } from './log.js'

/** Where the brokers are, and how they want to be spoken to. */
export interface KafkaConnectionOptions {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[]
  /** TLS, with `ca` (PEM) in place of the system's authorities when given. @default on with SCRAM, else off */
  tls?: boolean | { ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string }
  /**
   * Who comes; SCRAM is SCRAM-SHA-512.
   *
   * @default SASL_USERNAME, SASL_PASSWORD and SASL_MECHANISM (PLAIN or SCRAM) of the environment, when set
   */
  sasl?: KafkaSasl | false
  /** What the broker's log calls it by. @default epr-watcher */
  clientId?: string
}

/** A login: SASL PLAIN, or SCRAM-SHA-512, which turns TLS on. */
export interface KafkaSasl {
  mechanism: 'PLAIN' | 'SCRAM'
  username: string
  password: string
}

/** A client whose sockets can be let go of all at once: kafkajs itself waits for what is under way on them. */
export interface KafkaConnection {
  readonly client: Kafka
  destroy(): void
}

const CONNECT_TIMEOUT_MS = 5_000
/** A black-holed network is noticed after this long. */
const REQUEST_TIMEOUT_MS = 8_000
const KEEP_ALIVE_DELAY_MS = 60_000
/** Few and soon over: whoever connects has a way of its own to begin anew. */
const RETRY = { retries: 2, initialRetryTime: 150, maxRetryTime: 1_000 }

/** @throws EprError INVALID_ARGUMENT when the variables do not go together */
export function readSasl(env: NodeJS.ProcessEnv): KafkaSasl | undefined {
  const { SASL_USERNAME: username, SASL_PASSWORD: password, SASL_MECHANISM: mechanism } = env
  if (!username && !password && !mechanism) return undefined
  const isKnown = mechanism === 'PLAIN' || mechanism === 'SCRAM'
  if (username && password && isKnown) return { mechanism, username, password }
  throw new EprError(
    'INVALID_ARGUMENT',
    'SASL_USERNAME, SASL_PASSWORD and SASL_MECHANISM (PLAIN or SCRAM) go together: set all three or none',
  )
}

function toSasl({ mechanism, username, password }: KafkaSasl): SASLOptions {
  if (mechanism === 'PLAIN') return { mechanism: 'plain', username, password }
  return { mechanism: 'scram-sha-512', username, password }
}

function toTls(option: NonNullable<KafkaConnectionOptions['tls']>): boolean | tls.ConnectionOptions {
  return typeof option === 'boolean' ? option : { ...option }
}

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

function toConfig(options: KafkaConnectionOptions): KafkaConfig {
  const { brokers, clientId = 'epr-watcher' } = options
  const sasl = options.sasl === false ? undefined : (options.sasl ?? readSasl(process.env))
  const ssl = toTls(options.tls ?? sasl?.mechanism === 'SCRAM')
  return {
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    ...(ssl !== false && { ssl }),
    ...(sasl && { sasl: toSasl(sasl) }),
  }
}

/** kafkajs keeps state about brokers that it does not always get rid of: a connection is made, used and thrown away. */
export function createKafkaConnection(options: KafkaConnectionOptions, log: Log): KafkaConnection {
  const sockets = createSockets()
  const client = new Kafka({
    ...toConfig(options),
    socketFactory: sockets.factory,
    logLevel: logLevel.WARN,
    // Its errors reach us as errors too; of what else it logs, only the texts are sure to hold no secret.
    logCreator: () => (entry) => log.debug({ namespace: entry.namespace }, entry.log.message),
  })
  return { client, destroy: sockets.destroy }
}
