import { parentPort, workerData } from 'node:worker_threads'
import { createWorkerJobs } from './worker-jobs.js'
import type { WireJob, WorkerMessage, WorkerSetup } from './worker-protocol.js'

// The entry of the worker thread. It may be ended at any time, in the middle of anything.
const send = (message: WorkerMessage): void => parentPort?.postMessage(message)
const jobs = createWorkerJobs(workerData as WorkerSetup, send)

parentPort?.on('message', (job: WireJob) => send(jobs.run(job)))
send({ kind: 'ready' })
