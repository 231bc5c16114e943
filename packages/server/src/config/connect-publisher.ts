import type { Logger } from 'pino'
import { createKafkaPublisher } from '../relay/kafka-publisher.js'
import type { ConnectPublisher } from '../relay/publisher.js'
import type { BrokerConfig } from './broker-config.js'
import { readAuthorities } from './tls-files.js'

/**
 * What publishes to the brokers of the settings; without brokers, nothing.
 *
 * @throws EprError INVALID_ARGUMENT when --broker-ca cannot be read
 */
export async function toConnectPublisher(
  { brokers, topic, brokerTls, brokerCa, sasl }: BrokerConfig,
  log: Logger,
): Promise<ConnectPublisher | undefined> {
  if (brokers.length === 0) return undefined
  const ca = brokerCa === undefined ? undefined : await readAuthorities(brokerCa)
  if (sasl && !brokerTls)
    log.warn('SASL_MECHANISM=PLAIN without --broker-tls: the password travels in the clear')
  return createKafkaPublisher({
    brokers,
    topic,
    tls: ca ? { ca } : brokerTls,
    sasl,
    log,
  })
}
