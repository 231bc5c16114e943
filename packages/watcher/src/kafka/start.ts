import type { Consumer, Kafka } from '@epr/kafka'

/**
 * Commits where a group starts that has never committed anything. Without this the newest offset is asked for again
 * whenever partitions are assigned, and what came since the first time would be skipped.
 */
export async function pinStart(
  kafka: Kafka,
  consumer: Consumer,
  groupId: string,
  assigned: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const committed = await admin.fetchOffsets({ groupId, topics: Object.keys(assigned) })
    for (const { topic, partitions } of committed) {
      const isOpen = (partition: number) =>
        assigned[topic]?.includes(partition) &&
        partitions.some((committed) => committed.partition === partition && committed.offset === '-1')
      const ends = (await admin.fetchTopicOffsets(topic)).filter(({ partition }) => isOpen(partition))
      if (ends.length === 0) continue
      const positions = ends.map(({ partition, high: offset }) => ({ topic, partition, offset }))
      await consumer.commitOffsets(positions)
      for (const position of positions) consumer.seek(position)
    }
  } finally {
    await admin.disconnect()
  }
}
