import { type KafkaSasl, readSasl } from '@epr/kafka'
import { EprError } from '@epr/model'
import { InvalidArgumentError } from 'commander'

/** The settings that are about Kafka. */
export interface BrokerConfig {
  /** `host:port` of some brokers of the cluster; none means that messages are in the feed only. */
  brokers: string[]
  /** @default epr.dev.events */
  topic: string
  /** TLS to the brokers; SASL_MECHANISM=SCRAM turns it on too. @default false */
  brokerTls: boolean
  /** File of the authorities (PEM) that the brokers' certificates are held to, in place of the system's. */
  brokerCa?: string
  /** From SASL_USERNAME, SASL_PASSWORD and SASL_MECHANISM only: a flag would be seen in the process list. */
  sasl?: KafkaSasl
}

const DEFAULT_PORT = 9092

/** `a,b:9093` → `a:9092`, `b:9093`. No IPv6 literals: kafkajs cuts at the first colon. */
export function parseBrokers(text: string): string[] {
  const brokers = text.split(/[\s,]+/).filter((item) => item !== '')
  return brokers.map((broker) => {
    const match = /^([a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(broker)
    const port = Number(match?.[2] ?? DEFAULT_PORT)
    if (!match || port < 1 || port > 65_535) throw new InvalidArgumentError('write host:port, with commas.')
    return `${match[1]}:${port}`
  })
}

/** Kafka's own rule: letters, digits, `.`, `_` and `-`, at most 249. */
export function parseTopic(text: string): string {
  if (/^[a-z0-9._-]{1,249}$/i.test(text) && text !== '.' && text !== '..') return text
  throw new InvalidArgumentError('write letters, digits, dots, dashes and underscores, at most 249.')
}

/**
 * Adds what the environment says of the brokers and holds everything together.
 *
 * @throws EprError INVALID_ARGUMENT for what does not fit together
 */
export function withBrokerSecrets<T extends BrokerConfig>(config: T, env: NodeJS.ProcessEnv): T {
  if (config.brokers.length === 0) {
    if (!config.brokerTls && config.brokerCa === undefined) return config
    throw new EprError('INVALID_ARGUMENT', '--broker-tls and --broker-ca need --brokers')
  }
  const sasl = readSasl(env)
  const brokerTls = config.brokerTls || sasl?.mechanism === 'SCRAM'
  if (config.brokerCa !== undefined && !brokerTls)
    throw new EprError('INVALID_ARGUMENT', '--broker-ca needs --broker-tls')
  return { ...config, brokerTls, ...(sasl && { sasl }) }
}
