/** One record for the topic, of strings and bytes only: no client library shows here. */
export interface PublishRecord {
  /** Records of one key keep their order. */
  key: Buffer
  value: Buffer
  headers: Record<string, string>
}

/** A connection over which records are put on the topic. After a failure it is closed and another one made. */
export interface Publisher {
  /**
   * Resolves when all in-sync replicas have all of the records. Records of one key stand on the topic in the
   * order of the array; after an error some of them may stand there too.
   *
   * @throws EprError PAYLOAD_TOO_LARGE when the broker refuses the size: of one record, or of them together;
   *   UNAVAILABLE for all that may be better next time
   */
  publish(records: readonly PublishRecord[]): Promise<void>
  /** Gives up what is under way and lets go of every socket; never fails, never waits for the network. */
  close(): Promise<void>
}

/**
 * Connects, and creates the topic when it is missing. When `abort` is aborted it gives up at once.
 *
 * @throws EprError UNAVAILABLE saying what stands in the way
 */
export type ConnectPublisher = (abort: AbortSignal) => Promise<Publisher>
