import { indentJson } from '@epr/model'
import { inWorker } from '../../data/in-worker.js'
import workerUrl from './indent-worker.js?worker-url'

const SHORT_CHARS = 100_000

/** JSON with a line for each member, and every token as it was written. */
export const indent = async (text: string): Promise<string> =>
  text.length <= SHORT_CHARS ? indentJson(text, 2) : inWorker<string>(workerUrl, text)
