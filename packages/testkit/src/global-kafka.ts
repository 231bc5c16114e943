import type { TestProject } from 'vitest/node'
import { startKafka } from './kafka.js'
import './kafka-services.js'

/** One broker for all files: the one that EPR_TEST_BROKERS names, or Apache Kafka from EPR_TEST_KAFKA_HOME. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { EPR_TEST_BROKERS: given, EPR_TEST_KAFKA_HOME: home, EPR_REQUIRE_SERVICES: required } = process.env
  if (given || !home) {
    if (!given && required === '1')
      throw new Error('EPR_REQUIRE_SERVICES=1, but neither EPR_TEST_BROKERS nor EPR_TEST_KAFKA_HOME is set')
    project.provide('kafkaBrokers', given ?? '')
    return undefined
  }
  const kafka = await startKafka({ home })
  project.provide('kafkaBrokers', kafka.brokers)
  return () => kafka.stop()
}
