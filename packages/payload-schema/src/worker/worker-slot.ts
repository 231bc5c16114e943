import { Worker } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import type { Job, Outcome, WireJob, WorkerMessage, WorkerSetup } from './worker-protocol.js'

/** Three semi-spaces of 4 MB: a large document is promoted early, and a worker that waits holds little. */
const WORKER_YOUNG_MB = 12

/** One worker thread at a time, and one job at a time in it. */
export interface WorkerSlot {
  readonly isIdle: boolean
  /** Never rejects for what a schema or a payload does; rejects when there is no worker to be had. */
  run(job: Job): Promise<Outcome>
  close(): Promise<void>
}

interface RunningJob {
  readonly job: Job
  readonly settle: (outcome: Outcome) => void
  readonly fail: (cause: unknown) => void
  /** What is known already should the worker not come to an end. */
  known?: Outcome
  deadline?: NodeJS.Timeout
}

interface RunningWorker {
  readonly thread: Worker
  readonly ready: Promise<void>
  /** The receivers whose schema it was given; it may have forgotten some. */
  readonly given: LRUCache<string, true>
}

interface WorkerListener {
  hear(message: WorkerMessage): void
  lose(worker: RunningWorker, cause: NodeJS.ErrnoException): void
}

function startWorker(file: URL, setup: WorkerSetup, { hear, lose }: WorkerListener): RunningWorker {
  const { limits } = setup
  const thread = new Worker(file, {
    workerData: setup,
    resourceLimits: {
      maxOldGenerationSizeMb: limits.workerHeapMb,
      maxYoungGenerationSizeMb: WORKER_YOUNG_MB,
    },
  })
  // A job's deadline keeps the process alive; an idle worker does not.
  thread.unref()
  const ready = new Promise<void>((resolve) => {
    thread.on('message', (message: WorkerMessage) => (message.kind === 'ready' ? resolve() : hear(message)))
  })
  const started = { thread, ready, given: new LRUCache<string, true>({ max: limits.cachedValidators }) }
  thread.on('error', (cause) => lose(started, cause))
  thread.on('exit', () => lose(started, new Error('the schema worker ended')))
  return started
}

/** Without a schema that the worker was given before. */
function toWireJob(job: Job, given: RunningWorker['given']): WireJob {
  if (job.kind !== 'validate') return job
  if (given.get(job.receiverId) === undefined) {
    given.set(job.receiverId, true)
    return job
  }
  const { schemaText: _given, ...rest } = job
  return rest
}

export function createWorkerSlot(findFile: () => URL, setup: WorkerSetup): WorkerSlot {
  const { limits } = setup
  let worker: RunningWorker | undefined
  let running: RunningJob | undefined

  const hear = (message: WorkerMessage): void => {
    if (running === undefined) return
    if (message.kind === 'done') running.settle(message.outcome)
    if (message.kind === 'schema-wanted') post(running, running.job, limits.compileMs)
    if (message.kind === 'compiled') arm(running, limits.validateMs)
    if (message.kind === 'invalid') {
      running.known = { kind: 'violations', violations: message.first, ms: limits.validateMs }
    }
  }

  /** The thread is gone. Out of memory is the job's doing; anything else is ours. */
  const lose = (lost: RunningWorker, cause: NodeJS.ErrnoException): void => {
    if (worker !== lost) return
    worker = undefined
    if (cause.code === 'ERR_WORKER_OUT_OF_MEMORY') giveUp('it takes too much memory')
    else running?.fail(cause)
  }

  const giveUp = (reason: string): void => running?.settle(running.known ?? { kind: 'undecided', reason })

  const arm = (current: RunningJob, deadlineMs: number): void => {
    clearTimeout(current.deadline)
    current.deadline = setTimeout(() => {
      void end()
      giveUp(`it takes longer than ${deadlineMs} ms`)
    }, deadlineMs)
  }

  const post = (current: RunningJob, job: WireJob, deadlineMs: number): void => {
    arm(current, deadlineMs)
    worker?.thread.postMessage(job)
  }

  /** Ends the thread in whatever it is doing; the next job starts another. */
  const end = async (): Promise<void> => {
    const ended = worker
    worker = undefined
    await ended?.thread.terminate()
  }

  const begin = async (current: RunningJob): Promise<void> => {
    worker ??= startWorker(findFile(), setup, { hear, lose })
    const { ready, given } = worker
    // Starting takes a while, and is not the job's time; a thread that cannot start fails by `error`.
    current.deadline = setTimeout(() => current.fail(new Error('the schema worker does not start')), START_MS)
    await ready
    const job = toWireJob(current.job, given)
    post(current, job, 'schemaText' in job ? limits.compileMs : limits.validateMs)
  }

  return {
    get isIdle() {
      return running === undefined
    },
    async run(job) {
      const { promise, current } = newRunningJob(job)
      running = current
      try {
        begin(current).catch(current.fail)
        return await promise
      } finally {
        clearTimeout(current.deadline)
        running = undefined
      }
    },
    async close() {
      running?.fail(new Error('the server is stopping'))
      await end()
    },
  }
}

const START_MS = 30_000

function newRunningJob(job: Job): { promise: Promise<Outcome>; current: RunningJob } {
  let settle: RunningJob['settle'] = () => undefined
  let fail: RunningJob['fail'] = () => undefined
  const promise = new Promise<Outcome>((resolve, reject) => {
    settle = resolve
    fail = reject
  })
  return { promise, current: { job, settle, fail } }
}
