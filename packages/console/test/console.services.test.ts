import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMissing, nvrpp, openShop, type Shop, startProxy, startWorld, type World } from './support.js'

describe.skipIf(isMissing)('the console', () => {
  let world: World
  let shop: Shop
  beforeAll(async () => {
    world = await startWorld()
    shop = await openShop(world.server.url)
    await shop.record('build', nvrpp('cart'), true)
    await shop.record('test', nvrpp('cart'), true)
    await shop.record('build', nvrpp('checkout', '1.0.0'), true)
    await shop.record('scan', nvrpp('checkout', '1.0.0'), true, { critical: 0 })
    await shop.record('build', nvrpp('checkout', '2.0.1'), true)
    await shop.record('test', nvrpp('checkout', '2.0.1'), true)
    await shop.record('scan', nvrpp('checkout', '2.0.1'), false, { critical: 2 })
  })
  afterAll(() => world?.close())

  const matrix = () => `gates/${shop.gate}`

  it('says why checkout is held back, and what differs from the last pass, in four clicks', async () => {
    const { page, problems } = await world.open('')
    await page.getByRole('link', { name: 'Gates' }).click()
    const row = page.getByRole('row', { name: /checkout 2\.0\.1/ })
    await row.getByText('scan has failed').waitFor()
    await row.getByRole('link', { name: /failed/ }).click()
    await page.getByRole('tab', { name: 'Diff with last pass', selected: true }).waitFor()
    await page.getByText('"critical": 0').waitFor()
    await page.getByText('"critical": 2').first().waitFor()
    expect(problems).toEqual([])
  })

  it('shows every change of a cell within a second, and the end as the gate says it', async () => {
    const { page, problems, requested } = await world.open(matrix())
    const names = ['one', 'two', 'three', 'four', 'five']
    for (const name of names) await shop.record('build', nvrpp(name), true)
    for (const name of names) await page.getByRole('link', { name: new RegExp(`^${name} `) }).waitFor()
    const snapshots = () => requested.filter((url) => url.includes(`${shop.gate}/artifacts`)).length
    const before = snapshots()
    const times: number[] = []
    for (let round = 0; round < 20; round++) {
      const name = names[(round * 3) % names.length] ?? 'one'
      const success = round % 3 !== 1
      const id = await shop.record('test', nvrpp(name), success)
      const at = performance.now()
      await page.locator(`a[href$="events/${id}"]`).waitFor()
      times.push(performance.now() - at)
    }
    for (const name of names) {
      const { state } = await shop.client.groups.status(shop.gate, nvrpp(name))
      const word = { failed: 'failed', missing: 'waiting', open: 'open' }[state]
      await page
        .getByRole('row', { name: new RegExp(`^${name} `) })
        .getByText(word, { exact: true })
        .first()
        .waitFor()
    }
    expect(times.sort((one, other) => one - other)[18]).toBeLessThan(1_000)
    expect(snapshots()).toBe(before)
    expect(problems).toEqual([])
  })

  it('shows the gate as it stood before', async () => {
    const artifact = nvrpp('clock')
    await shop.record('build', artifact, true)
    const first = (await shop.client.groups.status(shop.gate, artifact)).since ?? ''
    await shop.record('test', artifact, false)
    const { page, problems } = await world.open(`${matrix()}?at=${encodeURIComponent(first)}&name=clock`)
    const row = page.getByRole('row', { name: /^clock / })
    await row.getByText('waiting', { exact: true }).first().waitFor()
    await page.goto(`${world.server.url}/console/${matrix()}?name=clock`)
    await row.getByText('failed', { exact: true }).first().waitFor()
    expect(problems).toEqual([])
  })

  it('has the same view behind its address in another browser, and goes back', async () => {
    const { page } = await world.open(matrix())
    await page.getByRole('button', { name: 'failed' }).click()
    await page.getByLabel('Order').selectOption('waiting')
    await page.waitForURL(/state=failed&order=waiting|order=waiting&state=failed/)
    const other = await world.open(
      new URL(page.url()).pathname.replace('/console/', '') + new URL(page.url()).search,
    )
    await expect.poll(() => other.page.getByLabel('Order').inputValue()).toBe('waiting')
    expect(await other.page.getByRole('button', { name: 'failed' }).getAttribute('aria-pressed')).toBe('true')
    await page.goBack()
    await expect.poll(() => page.getByLabel('Order').inputValue()).toBe('recent')
  })

  it('says what it does not know, with the request, and how to go on', async () => {
    const { page } = await world.open('events/01HZZZZZZZZZZZZZZZZZZZZZZZ')
    const alert = page.getByRole('alert')
    await alert.getByText('NOT_FOUND').waitFor()
    await alert.getByText('request').waitFor()
    await page.getByText('No event has this id').waitFor()
    await page.goto(`${world.server.url}/console/no/such/view`)
    await page.getByText('There is nothing here').waitFor()
  })

  it('shows a payload token by token as it was sent, and gives its bytes', async () => {
    const payload = '{"n":12345678901234567890123,"a":1,"a":2,"z":-0,"10":1,"2":1}'
    const body = JSON.stringify({
      ...nvrpp('exact'),
      ...{ description: 'exact', success: true, event_receiver_id: shop.receivers.scan, payload: 'HERE' },
    }).replace('"HERE"', payload)
    const answer = await fetch(`${world.server.url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { data: id } = (await answer.json()) as { data: string }
    const { page, problems } = await world.open(`events/${id}?tab=payload`, { acceptDownloads: true })
    await page.getByText('12345678901234567890123').waitFor()
    const shown = await page.locator('.cm-line').allTextContents()
    expect(shown.join('').replace(/\s/g, '')).toBe(payload)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ])
    const stream = await download.createReadStream()
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe(payload)
    expect(problems).toEqual([])
  })

  it('is fed by one stream, however many tabs there are', async () => {
    const proxy = await startProxy(world.server.url)
    try {
      const context = await world.browser.newContext()
      const tabs = await Promise.all(
        Array.from({ length: 12 }, async () => {
          const page = await context.newPage()
          await page.goto(`${proxy.url}/console/${matrix()}`)
          return page
        }),
      )
      for (const tab of tabs) await tab.getByRole('status').getByText('live').waitFor()
      const id = await shop.record('build', nvrpp('everywhere'), true)
      const at = performance.now()
      for (const tab of tabs) await tab.locator(`a[href$="events/${id}"]`).waitFor()
      expect(performance.now() - at).toBeLessThan(2_000)
      expect(proxy.streams()).toBe(1)
      await context.close()
    } finally {
      await proxy.close()
    }
  })

  it('looks at the newest now and then while too many come to be read, and is right when that is over', async () => {
    const [feed, gate] = [await world.open('feed'), await world.open(matrix())]
    const rush = feed.page.getByText('more comes in than can be shown')
    let isSeen = false
    const seen = rush.waitFor().then(() => {
      isSeen = true
    })
    let [last, round] = ['', 0]
    while (!isSeen || round < 5) {
      last = `rush-${round++}`
      await shop.client.events.createMany(
        Array.from({ length: 200 }, (_, at) => ({
          ...nvrpp(last, `1.${at}.0`),
          ...{
            description: 'one of many',
            success: true,
            event_receiver_id: shop.receivers.build,
            payload: {},
          },
        })),
      )
    }
    await seen
    await rush.waitFor({ state: 'hidden' })
    await gate.page.getByRole('link', { name: `${last} 1.199.0` }).waitFor()
    const id = await shop.record('test', nvrpp(last, '1.199.0'), false)
    await gate.page.locator(`a[href$="events/${id}"]`).waitFor()
    await feed.page.locator(`a[href$="events/${id}"]`).waitFor()
    expect([...feed.problems, ...gate.problems]).toEqual([])
  })
})
