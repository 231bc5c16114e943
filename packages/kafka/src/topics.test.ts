import type { Admin } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createKafkaConnection } from './connection.js'
import { ensureTopic } from './topics.js'

const errorOf = (type: string) => Object.assign(new Error(type), { type })

/** A connection whose admin does what `admin` says, and what it was asked to create. */
function connectionWith(admin: Partial<Admin>) {
  const created: unknown[] = []
  const connection = createKafkaConnection({
    brokers: ['localhost:9'],
    clientId: 'a-test',
    retry: { retries: 0 },
    log: { debug() {} },
  })
  const answers: Partial<Admin> = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    createTopics: async ({ topics }) => created.push(...topics) > 0,
    ...admin,
  }
  const real = connection.client.admin()
  connection.client.admin = () => Object.assign(real, answers)
  return { connection, created }
}

const missing = async (): Promise<never> => {
  throw errorOf('UNKNOWN_TOPIC_OR_PARTITION')
}

describe('ensureTopic', () => {
  it('leaves a topic that is there', async () => {
    const { connection, created } = connectionWith({ fetchTopicMetadata: async () => ({ topics: [] }) })
    expect(await ensureTopic(connection, 't')).toBe(false)
    expect(created).toEqual([])
  })

  it('creates a missing one with the limit of the one that it is like', async () => {
    const { connection, created } = connectionWith({
      fetchTopicMetadata: missing,
      describeConfigs: async () => ({
        throttleTime: 0,
        resources: [
          {
            errorCode: 0,
            errorMessage: '',
            resourceType: 2,
            resourceName: 'o',
            configEntries: [
              {
                configName: 'max.message.bytes',
                configValue: '42',
                isDefault: false,
                configSource: 1,
                isSensitive: false,
                readOnly: false,
                configSynonyms: [],
              },
            ],
          },
        ],
      }),
    })
    expect(await ensureTopic(connection, 't', { like: 'o' })).toBe(true)
    expect(created).toEqual([{ topic: 't', configEntries: [{ name: 'max.message.bytes', value: '42' }] }])
  })

  it('creates one with the default limit where settings may not be read', async () => {
    const describeConfigs = async (): Promise<never> => {
      throw errorOf('TOPIC_AUTHORIZATION_FAILED')
    }
    const { connection, created } = connectionWith({ fetchTopicMetadata: missing, describeConfigs })
    await ensureTopic(connection, 't', { like: 'o' })
    expect(created).toEqual([{ topic: 't', configEntries: [] }])
  })

  it('says which topic cannot be created', async () => {
    const createTopics = async (): Promise<never> => {
      throw errorOf('TOPIC_AUTHORIZATION_FAILED')
    }
    const { connection } = connectionWith({ fetchTopicMetadata: missing, createTopics })
    await expect(ensureTopic(connection, 'a-topic')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('a-topic'),
    })
  })
})
