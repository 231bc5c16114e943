import { readFile } from 'node:fs/promises'
import { buildMessage } from '@epr/testing'
import { kafkaBrokers, kafkaHome, startKafka, waitFor } from '@epr/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { type KafkaSourceOptions, kafkaSource } from '../src/kafka/source.js'
import { type DeadLetterPlace, listDeadLetters } from '../src/list-dead-letters.js'
import type { Watcher } from '../src/watcher.js'
import { createWatcher } from '../src/watcher.js'
import {
  createKafka,
  createTopic,
  newName,
  produce,
  readOffsets,
  testLog,
  toTestRecord,
  waitForReady,
} from './support/kafka-world.js'
import { describeSourceContract } from './support/source-contract.js'

const brokers = kafkaBrokers() ?? ''
const home = kafkaHome() ?? ''
const running: Watcher[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((watcher) => watcher.stop()))
})

const sourceOf = (topic: string, options: Partial<KafkaSourceOptions> = {}) =>
  kafkaSource({
    brokers: brokers.split(','),
    topics: [topic],
    groupId: topic,
    fromBeginning: true,
    sasl: false,
    ...options,
  })

function watch(watcher: Watcher): { watcher: Watcher; ended: Promise<void> } {
  running.push(watcher)
  const ended = watcher.run()
  ended.catch(() => undefined)
  return { watcher, ended }
}

async function collect(place: DeadLetterPlace) {
  const letters = []
  for await (const letter of listDeadLetters(place)) letters.push(letter)
  return letters
}

describe.skipIf(!brokers)('kafkaSource (EPR_TEST_BROKERS, or EPR_TEST_KAFKA_HOME)', () => {
  describeSourceContract('Kafka', async () => {
    const topic = newName()
    await createTopic(brokers, topic, 3)
    return {
      createSource: () => sourceOf(topic),
      tell: (names) =>
        produce(
          brokers,
          topic,
          names.map((name) => ({ key: name, value: JSON.stringify(buildMessage({ name })) })),
        ),
      readDeadLetters: async () =>
        (await collect({ brokers: brokers.split(','), topic })).map(({ error }) => error),
      close: async () => undefined,
    }
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads batches that are compressed with %s', async (codec) => {
    const topic = newName()
    await createTopic(brokers, topic, 1, [{ name: 'compression.type', value: codec }])
    await produce(
      brokers,
      topic,
      Array.from({ length: 500 }, (_, n) => toTestRecord(n, `artifact-${n % 9}`)),
    )
    const seen = new Set<string>()
    watch(
      createWatcher({
        source: sourceOf(topic),
        match: () => true,
        handle: (_, { id }) => seen.add(id),
        log: testLog,
      }),
    )
    await waitFor('all', () => seen.size === 500)
  })

  it('starts at the newest, and misses nothing from then on, also over a rebalance without a commit', async () => {
    const topic = newName()
    await createTopic(brokers, topic, 2)
    await produce(brokers, topic, [toTestRecord(0, 'old')])
    const seen: string[] = []
    const options = {
      match: () => true,
      handle: (_: unknown, { id }: { id: string }) => seen.push(id),
      log: testLog,
    }
    const first = watch(createWatcher({ source: sourceOf(topic, { fromBeginning: false }), ...options }))
    await waitForReady(first.watcher)
    await first.watcher.stop()
    await produce(brokers, topic, [toTestRecord(1, 'a'), toTestRecord(2, 'b'), toTestRecord(3, 'c')])
    watch(createWatcher({ source: sourceOf(topic, { fromBeginning: false }), ...options }))
    await waitFor('those that came meanwhile', () => seen.length === 3)
    expect([...seen].sort()).toEqual(['ce-1', 'ce-2', 'ce-3'])
  })

  it('a transaction that was aborted is not seen, and the committed offsets pass its marker', async () => {
    const topic = newName()
    await createTopic(brokers, topic, 1)
    const producer = createKafka(brokers).producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    for (const n of [0, 1]) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ ...toTestRecord(n, 'a') }] })
      await (n === 0 ? transaction.abort() : transaction.commit())
    }
    await producer.disconnect()
    const seen: string[] = []
    const { watcher } = watch(
      createWatcher({
        source: sourceOf(topic),
        match: () => true,
        handle: (_, { id }) => seen.push(id),
        log: testLog,
      }),
    )
    await waitFor('the second', () => seen.length > 0)
    await watcher.stop()
    expect(seen).toEqual(['ce-1'])
    expect(await readOffsets(brokers, topic, topic)).toEqual([{ partition: 0, end: '4', committed: '4' }])
  })

  it('two watchers of one name share the work, and the one that is left does all of it', async () => {
    const topic = newName()
    await createTopic(brokers, topic, 4)
    const seen: { by: string; id: string }[] = []
    const start = (by: string) =>
      watch(
        createWatcher({
          source: sourceOf(topic),
          match: () => true,
          handle: (_, { id }) => void seen.push({ by, id }),
          log: testLog,
        }),
      ).watcher
    const [first, second] = [start('first'), start('second')]
    await waitForReady(first)
    await waitForReady(second)
    let sent = 0
    const send = (count: number) =>
      produce(
        brokers,
        topic,
        Array.from({ length: count }, () => toTestRecord(sent, `artifact-${sent++ % 40}`)),
      )
    const isAllSeen = () => new Set(seen.map(({ id }) => id)).size === sent
    // Who joins later is given its partitions only then.
    await waitFor(
      'both to work',
      async () => {
        await send(40)
        await waitFor('what was sent', isAllSeen)
        return new Set(seen.map(({ by }) => by)).size === 2
      },
      60_000,
    )
    const before = seen.length
    await send(200)
    await waitFor('the others', isAllSeen)
    const shared = seen.slice(before)
    expect(shared).toHaveLength(200)
    expect(new Set(shared.map(({ by }) => by)).size).toBe(2)
    await second.stop()
    await send(100)
    await waitFor('the rest', isAllSeen, 60_000)
    expect(seen.slice(before + 200).map(({ by }) => by)).toEqual(Array(100).fill('first'))
  })

  it('gives up when the topic stays away', async () => {
    const { ended } = watch(
      createWatcher({
        source: sourceOf(newName()),
        match: () => true,
        handle: () => undefined,
        giveUpAfterMs: 2_000,
        log: testLog,
      }),
    )
    await expect(ended).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('refuses to start a replay, and says what to do', async () => {
    const watcher = createWatcher({
      source: sourceOf('t'),
      match: () => true,
      handle: () => undefined,
      log: testLog,
    })
    await expect(watcher.run({ from: '0' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('marks nothing done while a dead letter cannot be sent', async () => {
    const topic = newName()
    await createTopic(brokers, topic, 1)
    await produce(brokers, topic, [{ value: 'no message' }, toTestRecord(1, 'a')])
    let isBroken = true
    const letters: string[] = []
    const { watcher } = watch(
      createWatcher({
        source: sourceOf(topic),
        match: () => true,
        handle: () => undefined,
        log: testLog,
        deadLetter: async ({ kind }) => {
          if (isBroken) throw new Error('the place is full')
          letters.push(kind)
        },
      }),
    )
    await waitFor('the other message', () => watcher.metrics().processed === 1)
    const [before] = await readOffsets(brokers, topic, topic)
    expect(before?.committed).toBe('-1')
    await waitFor('the source to begin anew', () => watcher.metrics().restarts > 0, 60_000)
    isBroken = false
    await waitFor('the letter', () => letters.length === 1)
    await watcher.stop()
    expect(await readOffsets(brokers, topic, topic)).toEqual([{ partition: 0, end: '2', committed: '2' }])
    expect(watcher.metrics().processed).toBe(1)
  })
})

describe.skipIf(!home)('kafkaSource on a Kafka that asks who comes (needs EPR_TEST_KAFKA_HOME)', () => {
  it('watches with PLAIN, and with SCRAM over TLS, and puts aside and lists dead letters', async () => {
    const kafka = await startKafka({ home, secure: true })
    try {
      const { saslPlain, saslTls, allowed, ca } = kafka.secure
      const topic = newName()
      await createTopic(kafka.brokers, topic, 1)
      await produce(kafka.brokers, topic, [toTestRecord(1, 'a'), { key: 'k', value: 'no message' }])
      const plain = { brokers: [saslPlain], sasl: { mechanism: 'PLAIN' as const, ...allowed } }
      const scram = {
        brokers: [saslTls],
        sasl: { mechanism: 'SCRAM' as const, ...allowed },
        tls: { ca: await readFile(ca) },
      }
      for (const [index, way] of [plain, scram].entries()) {
        const source = kafkaSource({
          ...way,
          topics: [topic],
          groupId: `${topic}-${index}`,
          fromBeginning: true,
        })
        const watcher = createWatcher({ source, match: () => true, handle: () => undefined, log: testLog })
        const ended = watcher.run()
        await waitFor(
          'both records',
          () => watcher.metrics().processed + watcher.metrics().deadLettered === 2,
        )
        await watcher.stop()
        await ended
        expect(await collect({ ...way, topic })).toHaveLength(index + 1)
      }
      const [letter] = await collect({ ...scram, topic })
      expect(letter).toMatchObject({
        kind: 'undecodable',
        group: `${topic}-0`,
        origin: { topic, offset: '1' },
      })
      expect([String(letter?.key), String(letter?.value)]).toEqual(['k', 'no message'])
    } finally {
      await kafka.stop()
    }
  })
})
