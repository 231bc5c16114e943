import { isRetryable } from '@epr/model'
import { afterEach, expect, it, vi } from 'vitest'
import { readLatestCursor, streamFeed } from './stream.js'

afterEach(() => void vi.useRealTimers())

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

it('gives up a server that does not answer, and says which', async () => {
  vi.useFakeTimers()
  const fetch = (_: unknown, init?: RequestInit) =>
    new Promise<Response>((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const failed = expect(
    streamFeed({ url: 'http://epr.test', fetch }, undefined, never, () => undefined).next(),
  ).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringMatching(/http:\/\/epr\.test\/.* 15000 ms/),
  })
  await vi.advanceTimersByTimeAsync(15_000)
  await failed
})
