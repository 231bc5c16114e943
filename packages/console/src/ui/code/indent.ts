import { indentJson } from '@epr/model'
import { inWorker } from '../../data/in-worker.js'
import workerUrl from './indent-worker.js?worker-url'

/** JSON with a line for each member, and every token as it was written. */
export const indent = (text: string): Promise<string> =>
  inWorker(workerUrl, text, (short) => indentJson(short, 2))
