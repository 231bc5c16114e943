import { expect, it } from 'vitest'
import { type KafkaSourceOptions, kafkaSource } from './source.js'

it.each<Partial<KafkaSourceOptions>>([
  { topics: [] },
  { sessionTimeoutMs: 5_999 },
  { commitIntervalMs: 0 },
  { maxBytesPerPartition: 1_048_577 },
])('refuses options that are missing or out of range: %j', (options) => {
  const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
  const good = { brokers: ['localhost:9'], topics: ['t'], groupId: 'g' }
  expect(() => kafkaSource({ ...good, ...options })).toThrow(refused)
})
