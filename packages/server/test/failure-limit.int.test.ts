import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let admin: string
beforeAll(async () => {
  test = await startTestApp()
  admin = (await test.api.post('/keys', { name: 'root', admin: true })).json.data.key
})
afterAll(() => test.close())

async function ask(path: string, key?: string) {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const response = await fetch(`${test.app.url}${path}`, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The count of `epr_auth_failures_total` for a reason. */
async function failuresOf(reason: string): Promise<number> {
  const { text } = await ask('/metrics')
  const [, count] =
    new RegExp(`^epr_auth_failures_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text) ?? []
  return Number(count)
}

describe('400 keys that are not good', () => {
  it('are refused 300 times with 401, and then with 429 and when to come back', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => ask('/api/v1/auth/whoami', drawKey().text)),
    )
    const refused = answers.filter(({ status }) => status === 401).length
    const limited = answers.filter(({ status }) => status === 429)
    expect(refused + limited.length).toBe(400)
    // It gives ten back in a second.
    expect(refused).toBeGreaterThanOrEqual(300)
    expect(limited.length).toBeGreaterThan(0)
    expect(limited[0]?.headers.get('retry-after')).toBe('1')
    expect(JSON.parse(limited[0]?.text ?? '')).toMatchObject({ error: { code: 'RATE_LIMITED' } })
    expect(await failuresOf('key_unknown')).toBe(refused)
    expect(await failuresOf('limited')).toBe(limited.length)
  })

  it('do not keep out one that is, from the same address', async () => {
    for (let times = 0; times < 50; times++) {
      await ask('/api/v1/auth/whoami', drawKey().text)
      expect((await ask('/api/v1/auth/whoami', admin)).status).toBe(200)
    }
  })
})

it('what is refused is counted by why', async () => {
  const { key } = (await test.api.post('/keys', { name: 'none' }, { authorization: `Bearer ${admin}` })).json
    .data
  for (const [reason, credential, status] of [
    ['missing', undefined, 401],
    ['denied', key, 403],
  ] as const) {
    const before = await failuresOf(reason)
    expect((await ask('/api/v1/events', credential)).status).toBe(status)
    expect(await failuresOf(reason)).toBe(before + 1)
  }
})
