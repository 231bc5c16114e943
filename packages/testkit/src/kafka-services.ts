import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Brokers for the tests of this run, or nothing. */
    kafkaBrokers: string
  }
}

/** Brokers that all tests of a run share (`global-kafka.ts`): a test makes topics of its own there. */
export const kafkaBrokers = (): string | undefined => inject('kafkaBrokers') || undefined

/** Where the jars are for a test that needs a broker of its own, to kill it or to lock it. */
export const kafkaHome = (): string | undefined => process.env.EPR_TEST_KAFKA_HOME || undefined
