import type { Logger } from 'pino'
import type { BrokerConfig } from './broker-config.js'
import { createKafkaPublisher } from './outbox/kafka-publisher.js'
import type { ConnectPublisher } from './outbox/publisher.js'
import { readPem } from './read-pem.js'

/**
 * From what the server was told of the brokers to what publishes there, and says so; without brokers, nothing.
 *
 * @throws EprError INVALID_ARGUMENT when --broker-ca cannot be read
 */
export async function toConnectPublisher(
  { brokers, topic, brokerTls, brokerCa, sasl }: BrokerConfig,
  log: Logger,
): Promise<ConnectPublisher | undefined> {
  if (brokers.length === 0) {
    log.info('messages: feed only, no --brokers')
    return undefined
  }
  const ca = brokerCa === undefined ? undefined : await readPem(brokerCa, '--broker-ca')
  if (sasl && !brokerTls)
    log.warn('SASL_MECHANISM=PLAIN without --broker-tls: the password travels in the clear')
  log.info({ brokers, topic }, `messages: feed, and topic ${topic} on ${brokers.join(', ')}`)
  return createKafkaPublisher({
    brokers,
    topic,
    tls: brokerTls ? { ...(ca && { ca }) } : undefined,
    sasl,
    log,
  })
}
