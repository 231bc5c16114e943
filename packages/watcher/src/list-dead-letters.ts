import type { DeadLetter } from './dead-letter.js'
import { createDeadLetterFile } from './feed/dead-letter-file.js'
import type { KafkaConnectionOptions } from './kafka/connection.js'
import { listKafkaDeadLetters } from './kafka/dead-letter-list.js'
import { toDeadLetterTopic } from './kafka/source.js'
import { toStateFile } from './state-directory.js'

/** Whose dead letters: those of a topic on Kafka, or those of a watcher of the feed. */
export type DeadLetterPlace =
  | (KafkaConnectionOptions & {
      /** The topic that was watched; its dead letters are in `<topic>.dlt`. */
      topic: string
      /** When they are somewhere else. */
      deadLetterTopic?: string
    })
  | {
      /** The name of the watcher. */
      name: string
      /** When they are somewhere else. */
      deadLetterFile?: string
    }

/**
 * Dead letters from the oldest to the newest there is now, those of all groups. It changes nothing.
 *
 * @throws EprError INVALID_ARGUMENT for a file that holds something else; WatcherError UNAVAILABLE when the
 *   brokers cannot be read from
 */
export function listDeadLetters(place: DeadLetterPlace): AsyncGenerator<DeadLetter, void, undefined> {
  if ('topic' in place)
    return listKafkaDeadLetters(place, place.deadLetterTopic ?? toDeadLetterTopic(place.topic))
  return createDeadLetterFile(place.deadLetterFile ?? toStateFile(place.name, '.dlt.ndjson')).read()
}
