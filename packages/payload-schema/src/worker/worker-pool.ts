import { EprError } from '@epr/model'
import { LRUCache } from 'lru-cache'
import { findWorkerFile } from './worker-file.js'
import type { Job, Outcome, WorkerSetup } from './worker-protocol.js'
import { createWorkerSlot, type WorkerSlot } from './worker-slot.js'

export interface WorkerPool {
  /** @throws RATE_LIMITED when too many jobs wait; INTERNAL when there is no worker to be had */
  run(job: Job): Promise<Outcome>
  close(): Promise<void>
}

interface WaitingJob {
  readonly job: Job
  readonly start: (slot: WorkerSlot) => void
  readonly cancel: (reason: unknown) => void
}

/**
 * Two workers, started when they are needed. New schemas, payloads that are only tried, and receivers that were slow once, are
 * confined to the first: they can hold up each other, and never the second, which validates for
 * everybody else.
 */
export function createWorkerPool(setup: WorkerSetup): WorkerPool {
  const { limits } = setup
  const confined = createWorkerSlot(findWorkerFile, setup)
  const free = createWorkerSlot(findWorkerFile, setup)
  const slowReceivers = new LRUCache<string, true>({ max: limits.cachedValidators })
  const waiting: WaitingJob[] = []
  let isClosed = false

  const isTrusted = (job: Job): boolean =>
    job.kind === 'equality' ||
    (job.kind === 'validate' && !job.isTrial && slowReceivers.get(job.receiverId) === undefined)

  const dispatch = (): void => {
    startNext(free, isTrusted)
    startNext(confined, () => true)
  }

  const startNext = (slot: WorkerSlot, accepts: (job: Job) => boolean): void => {
    if (!slot.isIdle) return
    const index = waiting.findIndex(({ job }) => accepts(job))
    if (index >= 0) waiting.splice(index, 1)[0]?.start(slot)
  }

  const runOn = async (slot: WorkerSlot, job: Job): Promise<Outcome> => {
    try {
      const outcome = await slot.run(job)
      if (job.kind === 'validate' && !job.isTrial && isSlow(outcome, limits.slowJobMs))
        slowReceivers.set(job.receiverId, true)
      return outcome
    } catch (cause) {
      throw isClosed ? stopping() : new EprError('INTERNAL', 'the schema worker failed', { cause })
    } finally {
      dispatch()
    }
  }

  return {
    run(job) {
      if (isClosed) return Promise.reject(stopping())
      if (waiting.length >= limits.queuedJobs) return Promise.reject(overloaded())
      return new Promise((resolve, reject) => {
        waiting.push({ job, start: (slot) => resolve(runOn(slot, job)), cancel: reject })
        dispatch()
      })
    },
    async close() {
      isClosed = true
      for (const { cancel } of waiting.splice(0)) cancel(stopping())
      await Promise.all([confined.close(), free.close()])
    },
  }
}

function isSlow(outcome: Outcome, limitMs: number): boolean {
  return outcome.kind === 'undecided' || ('ms' in outcome && outcome.ms > limitMs)
}

function stopping(): EprError {
  return new EprError('UNAVAILABLE', 'the server is stopping')
}

function overloaded(): EprError {
  return new EprError('RATE_LIMITED', 'too many payloads wait to be validated; try again later')
}
