import { trustedUrl } from './trusted-url.js'

/** What a worker answers to one text. */
export async function inWorker<Answer>(url: string, text: string): Promise<Answer> {
  const worker = new Worker(trustedUrl(url), { type: 'module' })
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data)
      worker.onerror = () => reject(new Error('the text could not be laid out'))
      worker.postMessage(text)
    })
  } finally {
    worker.terminate()
  }
}
