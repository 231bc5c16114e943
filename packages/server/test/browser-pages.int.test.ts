import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

describe.each([
  ['/api/v1/graphql', 2],
  ['/api/v1/docs', 1],
])('the page %s', (path, count) => {
  const get = (name: string) => fetch(new URL(name, test.api.baseUrl + path))
  const index = async () => (await get('')).text()
  /** Its own files: those of others are there in the built server only. */
  const namesIn = (html: string) =>
    [...html.matchAll(/(?:src|href)="([^"]+\/assets\/page-[^"]+)"/g)].map(([, name = '']) => name)

  it('names its files by what they hold, so that none is stale after an upgrade', async () => {
    expect((await get('')).headers.get('cache-control')).toBe('no-cache')
    const names = namesIn(await index())
    expect(names).toHaveLength(count)
    for (const name of names) {
      expect(name).toMatch(/^(graphql|docs)\/assets\/[\w-]+-[0-9a-f]{12}\.(js|css)$/)
      const answer = await get(name)
      expect([name, answer.status]).toEqual([name, 200])
      expect(answer.headers.get('cache-control')).toContain('immutable')
      expect(answer.headers.get('content-type')).toMatch(
        name.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
      )
    }
  })

  it('has no other file under the name of one that it had', async () => {
    const [name = ''] = namesIn(await index())
    const gone = await get(name.replace(/[0-9a-f]{12}/, '000000000000'))
    expect(gone.status).toBe(404)
    expect(await gone.text()).toContain('load the page again')
    const plain = await get(name.replace(/-[0-9a-f]{12}/, ''))
    expect([plain.status, plain.headers.get('cache-control')]).toEqual([200, 'no-cache'])
  })
})
