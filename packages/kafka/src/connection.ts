import net from 'node:net'
import tls from 'node:tls'
import {
  type ISocketFactory,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
  type ProducerConfig,
  type RetryOptions,
} from 'kafkajs'
import { type BrokerOptions, toKafkaConfig } from './broker-options.js'

/** A client whose sockets can be closed all at once: kafkajs itself waits for what is under way on them. */
export interface KafkaConnection {
  readonly client: Kafka
  /** A producer that creates no topics, and chooses partitions as the Java client does. */
  createProducer(options?: Pick<ProducerConfig, 'maxInFlightRequests'>): Producer
  /** Closes every socket, also those that are opened later. */
  destroy(): void
}

export interface KafkaConnectionOptions extends BrokerOptions {
  /** How often kafkajs repeats by itself. Few and soon over: whoever connects has a way of its own to begin anew. */
  retry: RetryOptions
  log: { debug(fields: object, text: string): void }
}

/** An idle connection that nobody has spoken on is kept in a NAT's memory by this, and noticed when it is gone. */
const KEEP_ALIVE_DELAY_MS = 15_000

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

/** kafkajs keeps state about brokers that it does not always get rid of: a connection is made, used and thrown away. */
export function createKafkaConnection({ retry, log, ...broker }: KafkaConnectionOptions): KafkaConnection {
  const sockets = createSockets()
  const client = new Kafka({
    ...toKafkaConfig(broker),
    retry,
    socketFactory: sockets.factory,
    logLevel: logLevel.WARN,
    // Its errors reach us as errors too; of what else it logs, only the texts are sure to hold no secret.
    logCreator: () => (entry) => log.debug({ namespace: entry.namespace }, entry.log.message),
  })
  return {
    client,
    createProducer: (options) =>
      client.producer({
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
        ...options,
      }),
    destroy: sockets.destroy,
  }
}
