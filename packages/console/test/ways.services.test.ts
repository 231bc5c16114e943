import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runServer, startServer } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  isMissing,
  makeCertificate,
  nvrpp,
  openShop,
  type Shop,
  startProxy,
  startWorld,
  type World,
} from './support.js'

describe.skipIf(isMissing)('the console', () => {
  let world: World
  let shop: Shop
  beforeAll(async () => {
    world = await startWorld()
    shop = await openShop(world.server.url)
    await shop.record('scan', nvrpp('checkout', '1.0.0'), true, { critical: 0 })
    await shop.record('build', nvrpp('checkout', '2.0.1'), true)
    await shop.record('scan', nvrpp('checkout', '2.0.1'), false, { critical: 2 })
  })
  afterAll(() => world?.close())

  it('is used by keys alone: from the palette to an artifact, a failed cell and its difference', async () => {
    const { page, problems } = await world.open('')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('checkout@2.0.1')
    await page.getByRole('option', { name: /checkout 2\.0\.1/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'checkout 2.0.1' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('g')
    const cell = page.getByRole('row', { name: /checkout 2\.0\.1/ }).getByRole('link', { name: /failed/ })
    await cell.waitFor()
    await page.locator('[data-at="0:0"]').focus()
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight')
    expect(await cell.evaluate((link) => link === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByText('"critical": 0').waitFor()
    await page.keyboard.press('1')
    await page.getByRole('tab', { name: 'Payload', selected: true }).waitFor()
    await page.goBack()
    await cell.waitFor()
    expect(problems).toEqual([])
  })

  it('asks before it switches a group, and says what will be so', async () => {
    const { page, problems } = await world.open(`groups/${shop.gate}`)
    const button = page.getByRole('button', { name: 'Disable…' })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByText('hear nothing').waitFor()
    await page.keyboard.press('Escape')
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await button.click()
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await page.getByText('disabled', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Enable…' }).click()
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await page.getByText('enabled', { exact: true }).waitFor()
    expect(problems).toEqual([])
  })

  it.each([
    ['behind a proxy that says another host', false],
    ['behind one that speaks TLS', true],
  ])('works below a prefix, %s: every view, the stream and writes', async (_, isTls) => {
    const proxy = await startProxy(world.server.url, {
      prefix: '/tools/epr',
      ...(isTls && { tls: await makeCertificate(world.server.directory) }),
    })
    try {
      const context = await world.browser.newContext({ ignoreHTTPSErrors: true })
      const page = await context.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(error.message))
      page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
      for (const view of ['', 'artifacts', 'feed', 'receivers', 'groups', 'delivery', 'operations']) {
        await page.goto(`${proxy.url}/console/${view}`)
        await page.locator('main h1').waitFor()
        await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null)
        expect(await page.getByRole('alert').count()).toBe(0)
      }
      await page.goto(`${proxy.url}/console/gates/${shop.gate}`)
      await page.getByRole('row', { name: /checkout 2\.0\.1/ }).waitFor()
      const id = await shop.record('build', nvrpp(isTls ? 'sealed' : 'behind'), true)
      await page.locator(`a[href$="/tools/epr/console/events/${id}"]`).waitFor()
      await page.goto(`${proxy.url}/console/groups/${shop.gate}`)
      for (const word of ['Disable', 'Enable']) {
        await page.getByRole('button', { name: `${word}…` }).click()
        await page.getByRole('button', { name: word, exact: true }).click()
      }
      await page.getByRole('button', { name: 'Disable…' }).waitFor()
      expect(problems).toEqual([])
      await context.close()
    } finally {
      await proxy.close()
    }
  })

  it('is not shown in a page of another origin, which can change nothing either', async () => {
    const other = createServer((_, answer) =>
      answer
        .setHeader('content-type', 'text/html')
        .end(
          `<iframe src="${world.server.url}/console/"></iframe>` +
            `<form method="post" target="sent" action="${world.server.url}/api/v1/groups"><input name="name" value="x"></form><iframe name="sent"></iframe>`,
        ),
    )
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    try {
      const page = await world.browser.newPage()
      const said: string[] = []
      page.on('console', (message) => said.push(message.text()))
      await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
      await expect.poll(() => said.join()).toContain('frame-ancestors')
      const [sent] = await Promise.all([
        page.waitForResponse(`${world.server.url}/api/v1/groups`),
        page.evaluate(() => document.querySelector('form')?.submit()),
      ])
      expect(sent.status()).toBe(403)
      for (const [method, path] of [
        ['POST', '/api/v1/groups'],
        ['PATCH', `/api/v1/groups/${shop.gate}`],
      ] as const) {
        // It may be sent or held back by the browser: either way it is not done.
        const status = await page.evaluate(
          ([url, verb]) =>
            fetch(url, { method: verb, headers: { 'content-type': 'application/json' }, body: '{}' }).then(
              (answer) => answer.status,
              () => 'held back',
            ),
          [world.server.url + path, method] as const,
        )
        expect([403, 'held back']).toContain(status)
      }
      expect(await shop.client.groups.find({})).toHaveLength(1)
      expect((await shop.client.groups.get(shop.gate)).enabled).toBe(true)
    } finally {
      other.closeAllConnections()
      other.close()
    }
  })

  it('keeps what it shows while the server is away, says so, and has everything afterwards', async () => {
    const { page } = await world.open(`gates/${shop.gate}`)
    await page.getByRole('status').getByText('live').waitFor()
    await page.getByRole('row', { name: /checkout 2\.0\.1/ }).waitFor()
    const { port } = new URL(world.server.url)
    await world.server.stop()
    await page.getByText('connection lost').waitFor()
    await page.getByRole('row', { name: /checkout 2\.0\.1/ }).waitFor()
    const again = await startServer({ args: ['--db', world.server.db, '--port', port] })
    try {
      const id = await shop.record('test', nvrpp('checkout', '2.0.1'), true)
      await page.locator(`a[href$="events/${id}"]`).waitFor()
      await page.getByRole('status').getByText('live').waitFor()
    } finally {
      await again.stop()
    }
  })
})

describe.skipIf(isMissing)('where callers are asked who they are, the console', () => {
  it('loads, asks for a key in place of the view, and makes and revokes others with it', async () => {
    const { stdout: admin } = await runServer({ args: ['key', 'draw'] })
    const world = await startWorld(['--auth', 'required'], { EPR_ADMIN_KEY: admin.trim() })
    try {
      const { page } = await world.open('receivers')
      await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
      await page.getByLabel('Key', { exact: true }).fill(admin.trim())
      await page.getByRole('button', { name: 'Use this key' }).click()
      await page.getByRole('heading', { name: 'Receivers' }).waitFor()
      await page.getByRole('status').getByText('live').waitFor()

      await page.getByRole('link', { name: 'Access' }).click()
      await page.getByText('may').first().waitFor()
      await page.getByRole('button', { name: 'New key…' }).click()
      await page.getByLabel('Name', { exact: true }).fill('shop-ci')
      await page.keyboard.press('Enter')
      const shown = page.getByRole('dialog').locator('code')
      await shown.waitFor()
      const made = (await shown.textContent()) ?? ''
      expect(made).toMatch(/^eprk_/)
      await page.getByRole('button', { name: 'I have it' }).click()
      const row = page.getByRole('row', { name: /^shop-ci/ })
      await row.getByText('good', { exact: true }).waitFor()
      expect(await page.content()).not.toContain(made)
      await row.getByRole('button', { name: 'revoke shop-ci' }).click()
      await page.getByText('is refused within seconds').waitFor()
      await page.getByRole('button', { name: 'Revoke it' }).click()
      await row.getByText('revoked').waitFor()

      await page.getByRole('button', { name: 'Forget my key' }).click()
      await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
    } finally {
      await world.close()
    }
  })
})
