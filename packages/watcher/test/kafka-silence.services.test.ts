import { type FaultyLink, type KafkaBroker, kafkaHome, startKafka, waitFor } from '@epr/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kafkaSource } from '../src/kafka/source.js'
import { createWatcher, type Watcher } from '../src/watcher.js'
import { createTopic, newName, produce, testLog, toTestRecord, waitForReady } from './support/kafka-world.js'

/**
 * Silence is noticed after the session's time at the latest, and the group must have let go of the member of before;
 * and a little for a busy machine.
 */
const BACK_MS = 30_000
const STOP_MS = 10_000
const SESSION_MS = 6_000

const home = kafkaHome() ?? ''

describe.skipIf(!home)('a watcher whose broker falls silent (needs EPR_TEST_KAFKA_HOME)', () => {
  let kafka: KafkaBroker
  let link: FaultyLink
  let topic: string
  let watcher: Watcher
  let ended: Promise<void>
  let seen: { key: string; id: string }[]
  let sent: number

  beforeAll(async () => {
    kafka = await startKafka({ home, links: 1 })
    link = kafka.links[0] as FaultyLink
  })
  afterAll(() => kafka?.stop())

  beforeEach(async () => {
    topic = newName()
    seen = []
    sent = 0
    await createTopic(kafka.brokers, topic, 3)
    watcher = createWatcher({
      source: kafkaSource({
        brokers: [`127.0.0.1:${link.port}`],
        topics: [topic],
        groupId: topic,
        fromBeginning: true,
        sasl: false,
        sessionTimeoutMs: SESSION_MS,
      }),
      match: () => true,
      handle: ({ name }, { id }) => void seen.push({ key: name, id }),
      timeoutMs: 2_000,
      stopGraceMs: 1_000,
      log: testLog,
    })
    ended = watcher.run()
    ended.catch(() => undefined)
    await waitForReady(watcher)
    await send(30)
    await waitFor('the first', () => isAllSeen())
  })
  afterEach(async () => {
    link.heal()
    await watcher.stop()
  })

  const isAllSeen = () => new Set(seen.map(({ id }) => id)).size === sent

  async function send(count: number): Promise<void> {
    const records = Array.from({ length: count }, () => toTestRecord(sent, `artifact-${sent++ % 7}`))
    await produce(kafka.brokers, topic, records)
  }

  /** Of every artifact in the order in which they were sent. */
  function expectOrder(): void {
    const firsts = new Map<string, number[]>()
    for (const { key, id } of new Map(seen.map((one) => [one.id, one])).values())
      firsts.set(key, [...(firsts.get(key) ?? []), Number(id.slice('ce-'.length))])
    for (const numbers of firsts.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  }

  const silences: Record<string, () => Promise<void> | void> = {
    'is forgotten without a word': () => link.forget(),
    'is back after a hole': async () => {
      link.hole()
      await waitFor('the silence to be noticed', () => !watcher.metrics().ready, BACK_MS)
      link.heal()
    },
    'is back after a hole in which it was forgotten': async () => {
      link.hole()
      await waitFor('the silence to be noticed', () => !watcher.metrics().ready, BACK_MS)
      link.forget()
    },
    'is reset': () => link.cut(),
  }

  it.each(Object.keys(silences))(
    'loses nothing, keeps the order, and goes on soon when its way %s',
    async (name) => {
      const fallsSilent = silences[name]?.()
      await send(30)
      await fallsSilent
      const backAt = performance.now()
      await waitFor('the rest', isAllSeen, 2 * BACK_MS)
      expect(performance.now() - backAt).toBeLessThan(BACK_MS)
      expectOrder()
    },
  )

  it('ends within ten seconds in a hole', async () => {
    link.hole()
    await send(30)
    const stoppedAt = performance.now()
    await watcher.stop()
    await ended
    expect(performance.now() - stoppedAt).toBeLessThan(STOP_MS)
  })

  it('ends within ten seconds while it joins in a hole', async () => {
    link.hole()
    await waitFor('the silence to be noticed', () => watcher.metrics().restarts > 0, BACK_MS)
    const stoppedAt = performance.now()
    await watcher.stop()
    await ended
    expect(performance.now() - stoppedAt).toBeLessThan(STOP_MS)
  })
})
