import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMissing, nvrpp, openShop, type Shop, startWorld, type World } from './support.js'

const component = (at: number) => ({
  ...{ type: 'library', 'bom-ref': `ref-${at}`, name: `library-${at}`, version: `1.${at}.0` },
  purl: `pkg:npm/library-${at}@1.${at}.0`,
  licenses: [{ license: { id: at % 3 === 0 ? 'MIT' : 'Apache-2.0' } }],
})

/** An SBOM of about so many bytes. */
function sbomOf(bytes: number) {
  const each = JSON.stringify(component(10_000)).length + 1
  return {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 },
    components: Array.from({ length: Math.floor(bytes / each) }, (_, at) => component(at)),
  }
}

describe.skipIf(isMissing)('large payloads in the console', () => {
  let world: World
  let shop: Shop
  const ids = { small: '', sbom: '', largest: '' }
  beforeAll(async () => {
    world = await startWorld()
    shop = await openShop(world.server.url)
    ids.small = await shop.record('build', nvrpp('small'), true, sbomOf(400))
    ids.sbom = await shop.record('scan', nvrpp('large'), true, sbomOf(4_000_000))
    // As much as a body of 16 MiB holds.
    ids.largest = await shop.record('build', nvrpp('large'), true, sbomOf(15_500_000))
  })
  afterAll(() => world?.close())

  /** Bytes that come from the API, as they are sent. */
  async function countBytes(page: Page): Promise<{ cdp: CDPSession; api: () => number }> {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    const urls = new Map<string, string>()
    let sent = 0
    cdp.on('Network.requestWillBeSent', ({ requestId, request }) => void urls.set(requestId, request.url))
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (urls.get(requestId)?.includes('/api/')) sent += encodedDataLength
    })
    return { cdp, api: () => sent }
  }

  it('are not fetched to show an artifact', async () => {
    const { page, problems } = await world.open('')
    const { api } = await countBytes(page)
    await page.goto(`${world.server.url}/console/artifact?${new URLSearchParams(nvrpp('large'))}`)
    await page.getByRole('heading', { name: 'large 1.0.0' }).waitFor()
    await page.getByRole('row', { name: /scan has ended/ }).waitFor()
    expect(api()).toBeLessThan(100_000)
    expect(problems).toEqual([])
  })

  /** Opens an event, measures until its payload and its summary are there, and searches in it. */
  async function openEvent(id: string) {
    const watched = await world.open('')
    const { page } = watched
    const { cdp } = await countBytes(page)
    const startedAt = performance.now()
    await page.goto(`${world.server.url}/console/events/${id}?tab=payload`)
    await page.getByRole('textbox', { name: 'Payload' }).getByText('"bomFormat"').waitFor()
    await page.getByRole('region', { name: 'In short' }).getByText('Apache-2.0').first().waitFor()
    const usableMs = performance.now() - startedAt
    await page.getByRole('button', { name: 'Find in text' }).click()
    await page.keyboard.type('Apache')
    await page.locator('.cm-searchMatch').first().waitFor()
    const longestMs = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) =>
            resolve(Math.max(...list.getEntries().map(({ duration }) => duration))),
          ).observe({ type: 'longtask', buffered: true })
          // None was as long as 50 ms.
          setTimeout(() => resolve(0), 200)
        }),
    )
    await cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await cdp.send('Runtime.getHeapUsage')
    await page.context().close()
    return { usableMs, longestMs, usedSize, problems: watched.problems }
  }

  it.each(['sbom', 'largest'] as const)(
    'are usable soon, and said in short, without holding up the page: %s',
    async (which) => {
      const all: Awaited<ReturnType<typeof openEvent>>[] = []
      const bestOf = (field: 'usableMs' | 'longestMs') => Math.min(...all.map((each) => each[field]))
      const isSlow = () => bestOf('usableMs') > 2_000 || bestOf('longestMs') > 200
      // Others use the processor too: the best of some is how long it takes.
      while (all.length === 0 || (all.length < 5 && isSlow())) all.push(await openEvent(ids[which]))
      for (const { usedSize, problems } of all) {
        expect(usedSize).toBeLessThan(300_000_000)
        expect(problems).toEqual([])
      }
      // A machine that takes more than a second for a small one is slower than the bounds are meant for.
      const slowness = isSlow() ? Math.max(1, (await openEvent(ids.small)).usableMs / 1_000) : 1
      expect(bestOf('usableMs')).toBeLessThan(2_000 * slowness)
      expect(bestOf('longestMs')).toBeLessThan(200 * slowness)
    },
  )
})
