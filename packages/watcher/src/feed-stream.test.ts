import { isRetryable } from '@epr/model'
import { expect, it } from 'vitest'
import { readLatestCursor } from './feed-stream.js'

const never = new AbortController().signal

async function codeOf(status: number) {
  const fetch = async () => new Response('no', { status })
  const failure = await readLatestCursor({ url: 'http://epr.test', fetch }, never).catch((error) => error)
  return failure.code
}

it.each([401, 403, 404, 410])('the status %i is one that waiting cannot heal', async (status) => {
  expect(isRetryable(await codeOf(status))).toBe(false)
})

it.each([408, 429, 500, 502, 503, 504])('the status %i is one that may pass', async (status) => {
  expect(isRetryable(await codeOf(status))).toBe(true)
})
