import { feedSource, kafkaSource } from '@epr/watcher'

/** Kafka when EPR_BROKERS names some, or else the feed of the registry at EPR_URL. */
export function sourceOf(name) {
  const {
    EPR_BROKERS: brokers,
    EPR_TOPIC: topic = 'epr.dev.events',
    EPR_URL: url,
    EPR_TOKEN: token,
  } = process.env
  if (brokers) return kafkaSource({ brokers: brokers.split(','), topics: [topic], groupId: name })
  return feedSource({ url: url ?? 'http://localhost:8042', name, fromLatest: true, ...(token && { token }) })
}
