import { createClient } from '@epr/client'
import { environmentToken } from '@epr/client/node'
import { feedSource, kafkaSource } from '@epr/watcher'
import { settings } from './program.mjs'

const URL = settings.EPR_URL ?? 'http://localhost:8042'
/** That of EPR_TOKEN, of the file EPR_TOKEN_FILE, or of the CI job that this is a part of. */
export const token = environmentToken(URL, settings)

/** A gate that does not exist never opens: better said at the start. A registry that is away is none of a watcher's mistakes. */
export async function assertGroup(variable, id) {
  const { groups } = createClient({ url: URL, retry: false, ...(token && { token }) })
  await groups.get(id).catch((error) => {
    if (error.code === 'NOT_FOUND') throw new Error(`${variable}: ${error.message}`)
  })
}

/**
 * Kafka when EPR_BROKERS names some, or else the feed of the registry at EPR_URL. One that was never started begins
 * at the newest message, or at the oldest that is kept.
 */
export function sourceOf(name, { fromLatest = true } = {}) {
  const { EPR_BROKERS: brokers, EPR_TOPIC: topic = 'epr.dev.events' } = settings
  if (brokers) {
    const kafka = { brokers: brokers.split(','), topics: [topic], groupId: name }
    return kafkaSource({ ...kafka, fromBeginning: !fromLatest })
  }
  return feedSource({ url: URL, name, fromLatest, ...(token && { token }) })
}
