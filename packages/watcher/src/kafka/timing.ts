/** The times that hold a membership together. */
export interface KafkaTiming {
  /** Without a heartbeat for this long a member has lost its partitions. */
  sessionTimeoutMs: number
  /** How long the group waits for its members to finish what they are at. */
  rebalanceTimeoutMs: number
  heartbeatMs: number
  commitMs: number
  /** How long a fetch waits for something to come; stopping takes as long. */
  maxWaitMs: number
  /** Silence after which the connection is built anew. */
  watchdogMs: number
}

const MAX_HEARTBEAT_MS = 3_000
const MAX_WAIT_MS = 400
const MAX_WATCHDOG_MS = 20_000
/** What is left of a rebalance after the last attempt: to give up a handler that does not end, and to commit. */
const REBALANCE_ROOM_MS = 15_000

/** @param attemptMs the deadline of one attempt: the group must wait for longer than that */
export function toTiming(attemptMs: number, sessionTimeoutMs: number, commitMs: number): KafkaTiming {
  return {
    sessionTimeoutMs,
    rebalanceTimeoutMs: attemptMs + REBALANCE_ROOM_MS,
    heartbeatMs: Math.min(MAX_HEARTBEAT_MS, Math.floor(sessionTimeoutMs / 5)),
    commitMs,
    maxWaitMs: MAX_WAIT_MS,
    watchdogMs: Math.min(MAX_WATCHDOG_MS, sessionTimeoutMs),
  }
}
