import { type JsonText, nvrppKey, toJsonText } from '@epr/model'
import { startLeader } from '../../src/leader/leader.js'
import type { ConnectPublisher } from '../../src/relay/publisher.js'
import { createRelay, type Relay } from '../../src/relay/relay.js'
import type { Database } from '../../src/storage/database.js'
import { createDefinitions } from '../../src/storage/definition-cache.js'
import { insertEvents } from '../../src/storage/events.js'
import type { FakeRecord } from './fake-publisher.js'
import { toNewEvent } from './gate-world.js'

export const TOPIC = 'epr.test'

/** What of a server publishes: a leader with a relay as its task. */
export interface RelayServer {
  readonly relay: Relay
  readonly isLeading: boolean
  /** Lines that were logged, each with its level. */
  readonly lines: readonly string[]
  messagesWritten(): void
  stop(): Promise<void>
}

export function startRelayServer(database: Database, connect: ConnectPublisher): RelayServer {
  const lines: string[] = []
  const logAs = (level: string) => (_: object, text: string) => void lines.push(`${level} ${text}`)
  const log = { info: logAs('info'), warn: logAs('warn'), error: logAs('error') }
  const definitions = createDefinitions(database)
  const relay = createRelay({ database, definitions, topic: TOPIC, apiPrefix: '/api/v1', connect, log })
  const leader = startLeader({
    database,
    onSequenced: relay.messagesSequenced,
    tasks: [relay.task],
    log: { info() {}, warn() {} },
  })
  return {
    relay,
    get isLeading() {
      return leader.isLeading
    },
    lines,
    messagesWritten: leader.messagesWritten,
    stop: leader.stop,
  }
}

/** Records events of ten artifacts in turn, and gives their ids. */
export async function recordEvents(
  database: Database,
  receiver: string,
  count: number,
  payload: JsonText = toJsonText('null'),
): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) => ({
    ...toNewEvent({ nvrpp: `artifact-${index % 10}`, receiver, success: true }),
    payload,
  }))
  await insertEvents(database, [{ events }])
  return events.map(({ id }) => id)
}

/** Of every artifact the ids in the order of their first appearance, and how often one appeared again. */
export function readTopic(records: readonly FakeRecord[]): {
  firsts: Map<string, string[]>
  duplicates: number
} {
  const firsts = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const { key, headers } of records) {
    const id = headers.ce_id ?? ''
    if (!seen.has(id)) firsts.set(key, [...(firsts.get(key) ?? []), id])
    seen.add(id)
  }
  return { firsts, duplicates: records.length - seen.size }
}

/** The ids of {@link recordEvents} as {@link readTopic} should give them. */
export function expectedFirsts(ids: readonly string[]): Map<string, string[]> {
  const firsts = new Map<string, string[]>()
  ids.forEach((id, index) => {
    const key = nvrppKey({
      name: `artifact-${index % 10}`,
      version: '1',
      release: '1',
      platform_id: 'p',
      package: 'k',
    })
    firsts.set(key, [...(firsts.get(key) ?? []), id])
  })
  return firsts
}
