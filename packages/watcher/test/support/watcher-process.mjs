import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { allOf, byType, createWatcher, kafkaSource } from '../../dist/index.js'

/**
 * A watcher as a process of its own, to be killed: it writes into a journal when it begins and ends each message.
 * Every 20th message fails at first, some fail for ever, and some never end.
 */
const { brokers, topic, journal, name } = JSON.parse(process.argv[2])

const write = (what, { id, key = '', attempt }) =>
  appendFileSync(
    journal,
    `${JSON.stringify({ what, who: name, pid: process.pid, id, key, attempt, at: Date.now() })}\n`,
  )

const watcher = createWatcher({
  source: kafkaSource({
    brokers: [brokers],
    topics: [topic],
    groupId: topic,
    fromBeginning: true,
    sessionTimeoutMs: 6_000,
    commitIntervalMs: 200,
  }),
  match: allOf(byType('foo.*')),
  async handle(message, { id, attempt, signal }) {
    const told = { id, key: message.name, attempt }
    const { mood } = message.data.events[0].payload
    write('begin', told)
    try {
      await delay(1 + Math.random() * 6, undefined, { signal })
      if (mood === 'transient' && attempt === 1) throw new Error('not now')
      if (mood === 'broken') undefined.nothing
      if (mood === 'endless') await new Promise(() => undefined)
      write('done', told)
    } finally {
      write('end', told)
    }
  },
  concurrency: 16,
  timeoutMs: 2_000,
  retry: { attempts: 3, initialDelayMs: 20, maxDelayMs: 100 },
  handleSignals: true,
})
await watcher.run()
appendFileSync(
  journal,
  `${JSON.stringify({ what: 'stopped', pid: process.pid, metrics: watcher.metrics() })}\n`,
)
