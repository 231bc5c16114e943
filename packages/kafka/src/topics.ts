import { EprError } from '@epr/model'
import type { Admin } from 'kafkajs'
import type { KafkaConnection } from './connection.js'
import { protocolErrorOf } from './protocol-error.js'

export interface EnsureTopicOptions {
  /** A topic whose limit for the size of records the new one gets too. @default the broker's own limit */
  like?: string
}

/** kafkajs's number for the settings of a topic. */
const TOPIC_RESOURCE = 2
const SIZE_LIMIT = 'max.message.bytes'

async function isMissing(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] })
    return false
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return true
    throw error
  }
}

async function readSizeLimit(admin: Admin, name: string): Promise<string | undefined> {
  const resources = [{ type: TOPIC_RESOURCE, name, configNames: [SIZE_LIMIT] }]
  try {
    const described = await admin.describeConfigs({ includeSynonyms: false, resources })
    return described.resources[0]?.configEntries[0]?.configValue
  } catch {
    // Who may not read settings may still create topics: the broker's own limit holds then.
    return undefined
  }
}

/** The first cause in words: what kafkajs throws for several topics says only that "errors" happened. */
function reasonOf(error: unknown): string {
  const { errors, message } = error as { errors?: Error[]; message: string }
  return errors?.[0]?.message ?? message
}

async function create(admin: Admin, topic: string, like: string | undefined): Promise<boolean> {
  const limit = like && (await readSizeLimit(admin, like))
  const configEntries = limit ? [{ name: SIZE_LIMIT, value: limit }] : []
  try {
    return await admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true })
  } catch (error) {
    throw new EprError(
      'UNAVAILABLE',
      `topic ${topic} is missing and cannot be created (${reasonOf(error)}): create it, or allow it`,
      { cause: error },
    )
  }
}

/**
 * Creates a topic when it is missing. @returns whether it was
 *
 * @throws EprError UNAVAILABLE when it cannot be created; whatever kafkajs throws when the brokers cannot be asked
 */
export async function ensureTopic(
  { client }: KafkaConnection,
  topic: string,
  { like }: EnsureTopicOptions = {},
): Promise<boolean> {
  const admin = client.admin({ retry: { retries: 3, initialRetryTime: 100 } })
  await admin.connect()
  try {
    return (await isMissing(admin, topic)) && (await create(admin, topic, like))
  } finally {
    await admin.disconnect()
  }
}
