import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${test.app.url}${path}`, { headers, redirect: 'manual' })

const assets = readdirSync(new URL('../../console/dist/assets/', import.meta.url))
const script = (assets.find((name) => /^index-.*\.js\.br$/.test(name)) ?? '').replace(/\.br$/, '')

describe('the console', () => {
  it('is a page with a policy of its own, which has no exception', async () => {
    const answer = await get('/console/')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    const policy = answer.headers.get('content-security-policy') ?? ''
    // Two policies would be one text with a comma.
    expect(Object.fromEntries(policy.split('; ').map((each) => each.split(/ (.*)/, 2)))).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'worker-src': "'self'",
      'base-uri': "'self'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': 'epr',
    })
    expect((await get('/healthz/liveness')).headers.get('content-security-policy')).toContain('unsafe-inline')
  })

  it('is not sent again to a browser that has it', async () => {
    const etag = (await get('/console/')).headers.get('etag') ?? ''
    expect((await get('/console/', { 'if-none-match': etag })).status).toBe(304)
  })

  it.each([
    ['/console/', './'],
    ['/console/gates', './'],
    ['/console/gates/01K', '../'],
    ['/console/a/b/c', '../../'],
  ])('%s is the page, whose links lead to its root', async (path, base) => {
    expect(await (await get(path)).text()).toContain(`<base href="${base}" />`)
  })

  it('has files that are kept for ever, in the form that a client takes', async () => {
    const [plain, gzip, brotli] = await Promise.all(
      ['identity', 'gzip', 'gzip, br'].map((coding) =>
        get(`/console/assets/${script}`, { 'accept-encoding': coding }),
      ),
    )
    expect([plain, gzip, brotli].map((answer) => answer?.headers.get('content-encoding'))).toEqual([
      null,
      'gzip',
      'br',
    ])
    expect(brotli?.headers.get('cache-control')).toContain('immutable')
    const text = await plain?.text()
    expect(text?.length).toBeGreaterThan(100_000)
    expect(await gzip?.text()).toBe(text)
    expect(await brotli?.text()).toBe(text)
  })

  it.each(['none-12345678.js', '..%2Findex.html', `${script}.br`, '.js', '%2e%2e%2f%2e%2e%2fpackage.json'])(
    'has no file %s, and says so',
    async (name) => {
      const answer = await get(`/console/assets/${name}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/json'])
    },
  )

  it('is where a browser that asks for the server is sent; a program is told where things are', async () => {
    const page = await get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    expect([page.status, page.headers.get('location')]).toEqual([302, 'console/'])
    const answer = await get('/', { accept: '*/*' })
    expect(await answer.json()).toEqual({
      data: expect.objectContaining({ api: 'api/v1', openapi: 'api/v1/openapi', console: 'console/' }),
    })
    expect([(await get('/console')).status, (await get('/console')).headers.get('location')]).toEqual([
      308,
      'console/',
    ])
  })

  it('can be left out', async () => {
    const other = await startTestApp({ console: 'off' })
    try {
      const of = (path: string) => fetch(`${other.app.url}${path}`, { headers: { accept: 'text/html' } })
      expect((await of('/console/')).status).toBe(404)
      expect(await (await of('/')).text()).toContain('<title>Event Provenance Registry</title>')
    } finally {
      await other.close()
    }
  })
})
