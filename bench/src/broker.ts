import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type KafkaBroker, startKafka } from '@epr/testkit'
import { Kafka, logLevel } from 'kafkajs'

const FETCH = fileURLToPath(new URL('../../.ci/kafka/fetch', import.meta.url))

/** Apache Kafka's jars, or why there are none. */
function findJars(): { home: string } | { reason: string } {
  const { EPR_TEST_KAFKA_HOME: given } = process.env
  if (given) return { home: given }
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return { home: execFileSync(FETCH, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim() }
  } catch {
    return { reason: 'it needs Java 17 and Maven' }
  }
}

/** A broker of the bench's own; nothing, with the reason said, where Java is not to be had. */
export async function startBroker(say: (text: string) => void): Promise<KafkaBroker | undefined> {
  const jars = findJars()
  if ('home' in jars) return startKafka(jars)
  say(`no figures with Kafka: ${jars.reason}`)
  return undefined
}

export const createKafka = ({ brokers }: KafkaBroker): Kafka =>
  new Kafka({ clientId: 'epr-bench', brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 10 } })

export const newTopic = (): string => `epr.bench.${crypto.randomUUID()}`

export async function createTopic(kafka: Kafka, topic: string, numPartitions: number): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
  await admin.disconnect()
}
