import { trustedUrl } from './trusted-url.js'

/** What is longer would hold up the page. */
const SHORT_CHARS = 100_000

/** What is made of a text: of a long one beside the page, by the worker that does the same. */
export async function inWorker<Answer>(
  url: string,
  text: string,
  make: (text: string) => Answer,
): Promise<Answer> {
  if (text.length <= SHORT_CHARS) return make(text)
  const worker = new Worker(trustedUrl(url), { type: 'module' })
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data)
      worker.onerror = () => reject(new Error('the text could not be read'))
      worker.postMessage(text)
    })
  } finally {
    worker.terminate()
  }
}
