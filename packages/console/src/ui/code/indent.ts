import { indentJson } from '@epr/model'
import { trustedUrl } from '../../data/trusted-url.js'
import workerUrl from './indent-worker.js?worker-url'

const SHORT_CHARS = 100_000

/** JSON with a line for each member, and every token as it was written. */
export async function indent(text: string): Promise<string> {
  if (text.length <= SHORT_CHARS) return indentJson(text, 2)
  const worker = new Worker(trustedUrl(workerUrl), { type: 'module' })
  try {
    return await new Promise<string>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
      worker.onerror = () => reject(new Error('the text could not be laid out'))
      worker.postMessage(text)
    })
  } finally {
    worker.terminate()
  }
}
