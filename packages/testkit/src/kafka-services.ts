import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Brokers for the tests of this run, or nothing. */
    kafkaBrokers: string
  }
}

/** Brokers that all tests of a run share (`global-kafka.ts`): a test makes topics of its own there. */
export const kafkaBrokers = (): string | undefined => inject('kafkaBrokers') || undefined

/**
 * Where the jars are for a test that needs a broker of its own, to kill it or to lock it.
 *
 * @throws Error when there are none and EPR_REQUIRE_SERVICES=1
 */
export function kafkaHome(): string | undefined {
  const { EPR_TEST_KAFKA_HOME: home, EPR_REQUIRE_SERVICES: required } = process.env
  if (!home && required === '1') throw new Error('EPR_REQUIRE_SERVICES=1, but EPR_TEST_KAFKA_HOME is not set')
  return home || undefined
}
