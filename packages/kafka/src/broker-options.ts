import type { ConnectionOptions } from 'node:tls'
import { EprError } from '@epr/model'
import type { KafkaConfig, SASLOptions } from 'kafkajs'

/** A login: SASL PLAIN, or SCRAM-SHA-512, which turns TLS on. */
export interface KafkaSasl {
  mechanism: 'PLAIN' | 'SCRAM'
  username: string
  password: string
}

/** What to trust in place of the system's authorities, and who one is, each as PEM. */
export type KafkaTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>

/** Where the brokers are, and how they want to be spoken to. */
export interface BrokerOptions {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[]
  /** @default on with SCRAM, else off */
  tls?: boolean | KafkaTls | undefined
  /** @default no login */
  sasl?: KafkaSasl | undefined
  /** What the broker's log calls this client by. */
  clientId: string
}

const CONNECT_TIMEOUT_MS = 5_000
/** A black-holed network is noticed after this long. */
const REQUEST_TIMEOUT_MS = 8_000

/**
 * The login that SASL_USERNAME, SASL_PASSWORD and SASL_MECHANISM say; undefined when none of them is set.
 *
 * @throws EprError INVALID_ARGUMENT when they do not go together
 */
export function readSasl(env: Readonly<Record<string, string | undefined>>): KafkaSasl | undefined {
  const { SASL_USERNAME: username, SASL_PASSWORD: password, SASL_MECHANISM: mechanism } = env
  if (!username && !password && !mechanism) return undefined
  const isKnown = mechanism === 'PLAIN' || mechanism === 'SCRAM'
  if (username && password && isKnown) return { mechanism, username, password }
  throw new EprError(
    'INVALID_ARGUMENT',
    'set SASL_USERNAME, SASL_PASSWORD and SASL_MECHANISM (PLAIN, or SCRAM for SCRAM-SHA-512) together, or none',
  )
}

function toSasl({ mechanism, username, password }: KafkaSasl): SASLOptions {
  return { mechanism: mechanism === 'PLAIN' ? 'plain' : 'scram-sha-512', username, password }
}

/** The options as kafkajs takes them. */
export function toKafkaConfig({ brokers, tls, sasl, clientId }: BrokerOptions): KafkaConfig {
  const ssl = tls ?? sasl?.mechanism === 'SCRAM'
  return {
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(ssl !== false && { ssl: ssl === true ? ssl : { ...ssl } }),
    ...(sasl && { sasl: toSasl(sasl) }),
  }
}
