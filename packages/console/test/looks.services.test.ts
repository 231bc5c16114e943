import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  isMissing,
  nvrpp,
  openShop,
  type Shop,
  screenshot,
  seriousFindings,
  startWorld,
  type World,
} from './support.js'

/** Texts of strangers, of each kind that has broken pages. */
const HOSTILE = '<img src=x onerror=window.p=1> javascript:alert(1) \u202egnp __proto__'
const WIDE = 'W'.repeat(255)

describe.skipIf(isMissing)('every view', () => {
  let world: World
  let shop: Shop
  let views: Record<string, string>
  beforeAll(async () => {
    world = await startWorld()
    shop = await openShop(world.server.url)
    await shop.record('build', nvrpp('cart'), true)
    await shop.record('test', nvrpp('cart'), true)
    await shop.record('scan', nvrpp('checkout'), true, { critical: 0 })
    const failed = await shop.record('scan', nvrpp('checkout', '2.0.0'), false, { critical: 2 })
    const hostile = nvrpp(HOSTILE, WIDE)
    const event = await shop.record('build', hostile, false, { [HOSTILE]: WIDE, html: HOSTILE })
    const receiver = await shop.client.receivers.create({
      ...{ name: HOSTILE, type: WIDE, version: '1', description: HOSTILE },
      schema: { title: HOSTILE, description: WIDE },
    })
    const group = await shop.client.groups.create({
      ...{ name: HOSTILE, type: WIDE, version: '1', description: HOSTILE, enabled: true },
      event_receiver_ids: [receiver, shop.receivers.build],
    })
    const sbom = await shop.record('build', nvrpp('sbom'), true, {
      ...{ bomFormat: 'CycloneDX', specVersion: HOSTILE },
      components: [{ name: HOSTILE, version: WIDE, licenses: [{ license: { name: WIDE } }] }],
    })
    views = {
      home: '',
      gate: `gates/${shop.gate}`,
      'hostile gate': `gates/${group}`,
      artifacts: 'artifacts',
      artifact: `artifact?${new URLSearchParams(nvrpp('checkout', '2.0.0'))}`,
      'hostile artifact': `artifact?${new URLSearchParams(hostile)}`,
      event: `events/${failed}?tab=payload`,
      diff: `events/${failed}?tab=diff`,
      compare: `compare?${new URLSearchParams({ ...nvrpp('checkout', '2.0.0'), with_version: '1.0.0', receiver: shop.receivers.scan })}`,
      'hostile comparison': `compare?${new URLSearchParams(hostile)}`,
      'hostile event': `events/${event}?tab=raw`,
      'hostile payload': `events/${event}?tab=payload`,
      'hostile diff': `events/${event}?tab=diff`,
      'hostile schema': `events/${event}?tab=schema`,
      kiosk: `gates/${shop.gate}?kiosk=1`,
      feed: 'feed',
      receivers: 'receivers',
      'hostile receiver': `receivers/${receiver}`,
      'new receiver': 'receivers/new',
      'new version': `receivers/new?from=${shop.receivers.scan}`,
      'hostile new version': `receivers/new?from=${receiver}`,
      'new group': 'groups/new',
      search: 'search',
      found: 'search?q=checkout',
      'hostile search': `search?${new URLSearchParams({ q: HOSTILE })}`,
      message: `events/${failed}?tab=message`,
      'hostile message': `events/${event}?tab=message`,
      'hostile SBOM': `events/${sbom}?tab=payload`,
      groups: 'groups',
      'hostile group': `groups/${group}`,
      delivery: 'delivery',
      operations: 'operations',
      access: 'access',
      'not found': encodeURIComponent(HOSTILE),
    }
  })
  afterAll(() => world?.close())

  it.each([
    { colorScheme: 'dark', width: 1280, height: 800 },
    { colorScheme: 'light', width: 1280, height: 800 },
    { colorScheme: 'light', width: 320, height: 700 },
    { colorScheme: 'dark', width: 320, height: 700 },
    { colorScheme: 'dark', width: 1280, height: 800, forcedColors: 'active' },
  ] as const)(
    '$colorScheme, $width wide, forced colours $forcedColors: for everybody, within its window, and no text of strangers acts',
    async ({ colorScheme, width, height, ...rest }) => {
      const viewport = { width, height }
      const { page, problems } = await world.open('', { viewport, colorScheme, ...rest })
      const found: string[] = []
      for (const [name, path] of Object.entries(views)) {
        await page.goto(`${world.server.url}/console/${path}`)
        await page.locator('main h1, main h2').first().waitFor()
        await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null)
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (tooWide > 0) found.push(`${name}: ${tooWide} px wider than the window`)
        found.push(...(await seriousFindings(page)).map((finding) => `${name}: ${finding}`))
        await screenshot(page, [name, colorScheme, width, ...Object.values(rest)].join('-'))
      }
      expect(found).toEqual([])
      expect(await page.evaluate(() => 'p' in window)).toBe(false)
      expect(problems).toEqual([])
    },
  )
})
