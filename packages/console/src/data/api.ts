import { ApiError, type Client, createClient } from '@epr/client'
import { session } from './session.js'

/** Where the server is: the page lies one step below. */
export const SERVER_URL = new URL('..', document.baseURI).href.replace(/\/$/, '')

/** By how much the server's clock is ahead of this one, in milliseconds. */
let skewMs = 0

export const serverNow = (): number => Date.now() + skewMs

async function request(...args: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...args)
  const date = Date.parse(answer.headers.get('date') ?? '')
  // A second is as exact as it is said.
  if (Math.abs(date - serverNow()) > 2_000) skewMs = date - Date.now()
  if (answer.type === 'opaqueredirect' || answer.status === 401) session.refused()
  return answer
}

function create(): Client {
  return createClient({
    url: SERVER_URL,
    token: session.key,
    fetch: request,
    timeoutMs: 15_000,
    retry: { attempts: 2 },
  })
}

let client = create()
session.subscribe(() => {
  client = create()
})

export const api = (): Client => client

/** What is shown of a failure: the server's code and words, and by what its log finds the request. */
export function explainFailure(error: unknown): {
  code: string
  message: string
  requestId?: string | undefined
} {
  if (!(error instanceof Error)) return { code: 'ERROR', message: String(error) }
  const code = 'code' in error ? String(error.code) : error.name
  return { code, message: error.message, requestId: error instanceof ApiError ? error.requestId : undefined }
}
