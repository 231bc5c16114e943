import { feedSource, kafkaSource } from '@epr/watcher'
import { settings } from './program.mjs'

/**
 * Kafka when EPR_BROKERS names some, or else the feed of the registry at EPR_URL. One that was never started begins
 * at the newest message, or at the oldest that is kept.
 */
export function sourceOf(name, { fromLatest = true } = {}) {
  const {
    EPR_BROKERS: brokers,
    EPR_TOPIC: topic = 'epr.dev.events',
    EPR_URL: url,
    EPR_TOKEN: token,
  } = settings
  if (brokers) {
    const kafka = { brokers: brokers.split(','), topics: [topic], groupId: name }
    return kafkaSource({ ...kafka, fromBeginning: !fromLatest })
  }
  return feedSource({ url: url ?? 'http://localhost:8042', name, fromLatest, ...(token && { token }) })
}
