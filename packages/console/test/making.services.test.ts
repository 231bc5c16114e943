import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMissing, nvrpp, openShop, type Shop, startWorld, type World } from './support.js'

/** The 500 newest payloads of the receiver, three of which have no `critical`. */
const ODD = [77, 277, 477]

describe.skipIf(isMissing)('the console', () => {
  let world: World
  let shop: Shop
  beforeAll(async () => {
    world = await startWorld()
    shop = await openShop(world.server.url)
    const events = Array.from({ length: 500 }, (_, at) => ({
      ...nvrpp('checkout', `1.0.${at}`),
      ...{ description: 'scan has ended', success: true, event_receiver_id: shop.receivers.scan },
      payload: ODD.includes(at) ? { findings: [] } : { critical: at, tool: at % 2 === 0 ? null : 'trivy' },
    }))
    for (let at = 0; at < events.length; at += 100)
      await shop.client.events.createMany(events.slice(at, at + 100))
    await shop.record('build', nvrpp('checkout', '1.0.1'), true)
    await shop.record('build', nvrpp('unscanned'), true)
  })
  afterAll(() => world?.close())

  /** Goes on with Tab until something has the focus: whoever has no mouse does. */
  async function tabTo(page: Page, name: string): Promise<void> {
    const isThere = () =>
      page.evaluate((wanted) => {
        let focused = document.activeElement
        while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
        if (!focused) return false
        const { id } = focused
        const label =
          id === '' ? undefined : document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent
        const words = [focused.ariaLabel, label, focused.closest('label')?.textContent, focused.textContent]
        return words.some((text) => text?.trim().startsWith(wanted))
      }, name)
    for (let step = 0; step < 80; step++) {
      await page.keyboard.press('Tab')
      if (await isThere()) return
    }
    throw new Error(`Tab does not lead to ${name}`)
  }

  async function writeSchema(page: Page, schema: string): Promise<void> {
    const editor = page.getByRole('textbox', { name: 'Schema' })
    await editor.focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(schema)
  }

  const newVersion = () => world.open(`receivers/new?from=${shop.receivers.scan}`)
  const checked = (page: Page) => page.getByRole('region', { name: 'Check' })
  /** What is marked as wrong in the editor. */
  const marked = (page: Page) => page.locator('.cm-lintRange-error')

  it('makes a receiver by keys alone', async () => {
    const { page, problems } = await world.open('receivers')
    await page.getByRole('link', { name: 'New receiver…' }).waitFor()
    await tabTo(page, 'New receiver…')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Schema' }).waitFor()
    for (const [label, text] of [
      ['Name', 'lint'],
      ['Version', '1.0.0'],
      ['Type', 'shop.linted'],
      ['Description', 'style'],
    ] as const) {
      await tabTo(page, label)
      await page.keyboard.type(text)
    }
    await tabTo(page, 'Schema')
    await page.keyboard.press('Control+a')
    // Letters that are keys elsewhere, and digits; brackets close themselves nowhere.
    await page.keyboard.type('{"type": "object", "required": ["jkugt"]}')
    await checked(page).getByText('can be used, read as draft-07').waitFor()
    await tabTo(page, 'A payload to try')
    await page.keyboard.type('{"jkugt": 12345678901234567890123}')
    await checked(page).getByText('it would be recorded').waitFor()
    await page.reload()
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('lint')
    await page.getByRole('textbox', { name: 'Schema' }).getByText('jkugt').waitFor()
    await tabTo(page, 'Create…')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Create lint 1.0.0?' }).getByText('never deleted').waitFor()
    await tabTo(page, 'Create receiver')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'lint 1.0.0' }).waitFor()
    const [made] = await shop.client.receivers.find({ name: 'lint' })
    expect(made).toMatchObject({ type: 'shop.linted', schema: { type: 'object', required: ['jkugt'] } })
    expect(problems).toEqual([])
  })

  it('makes a group by keys alone, in the order that is wanted', async () => {
    const { page, problems } = await world.open('groups')
    await page.getByRole('link', { name: 'New group…' }).waitFor()
    await tabTo(page, 'New group…')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New group' }).waitFor()
    await page.getByRole('checkbox', { name: /build/ }).waitFor()
    for (const text of ['safe', '1.0.0', 'shop.safe', 'may be sold']) {
      await tabTo(page, { safe: 'Name', '1.0.0': 'Version', 'shop.safe': 'Type' }[text] ?? 'Description')
      await page.keyboard.type(text)
    }
    for (const name of ['scan', 'build']) {
      await tabTo(page, name)
      await page.keyboard.press('Space')
    }
    await page.getByText('1 of 501').waitFor()
    await page.getByRole('button', { name: 'Move build 1.0.0 up' }).focus()
    await page.keyboard.press('Enter')
    // The button goes along with its row.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.ariaLabel))
      .toBe('Move build 1.0.0 up')
    await tabTo(page, 'Create…')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Create group')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'safe 1.0.0' }).waitFor()
    const [made] = await shop.client.groups.find({ name: 'safe' })
    expect(made).toMatchObject({
      enabled: true,
      event_receiver_ids: [shop.receivers.build, shop.receivers.scan],
    })
    expect(problems).toEqual([])
  })

  it.each([
    ['{"type": "object",}', 'it is not JSON', '}'],
    ['{"type": "objekt"}', 'must be equal to one of the allowed values', '"objekt"'],
    ['{"$ref": "http://example.com/x.json"}', 'cannot be resolved', '"http://example.com/x.json"'],
    ['{"pattern": "(((((a{0,60}){0,60}){0,60}"}', 'pattern', '"(((((a{0,60}){0,60}){0,60}"'],
  ])('says what is wrong with %s, and where', async (schema, words, place) => {
    const { page, problems } = await newVersion()
    await writeSchema(page, schema)
    await checked(page).getByText(words).first().waitFor()
    await expect.poll(() => marked(page).first().textContent()).toBe(place)
    await checked(page).getByRole('button', { name: words }).first().click()
    const selected = () =>
      page.evaluate(() => {
        const [host] = [...document.querySelectorAll('*')].filter(({ shadowRoot }) => shadowRoot)
        return host?.shadowRoot?.activeElement?.className.includes('cm-content')
      })
    expect(await selected()).toBe(true)
    expect(problems).toEqual([])
  })

  it('takes a pattern that would hold up others, and stays quick itself', async () => {
    const { page, problems } = await newVersion()
    await writeSchema(page, '{"type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}')
    await page.getByLabel('A payload to try').fill(JSON.stringify('a'.repeat(50_000)))
    await checked(page).getByText('payload must match pattern').waitFor()
    const longest = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let [last, most, frames] = [performance.now(), 0, 0]
          function frame(): void {
            const now = performance.now()
            most = Math.max(most, now - last)
            last = now
            frames += 1
            if (frames < 30) requestAnimationFrame(frame)
            else resolve(most)
          }
          requestAnimationFrame(frame)
        }),
    )
    expect(await longest).toBeLessThan(500)
    expect(problems).toEqual([])
  })

  it('warns of a schema that takes anything, and of a name and version that are there', async () => {
    const { page } = await newVersion()
    await writeSchema(page, '{}')
    await checked(page).getByText('the schema accepts anything').waitFor()
    await page.getByLabel('Version').fill('1.0.0')
    await page.getByText('the same fingerprint').waitFor()
    await page.getByLabel('Description').fill('another')
    await page.getByText('A receiver of this name and version is there').waitFor()
  })

  it('names the payloads of before that a schema would refuse, and proposes one that refuses none', async () => {
    const { page, problems } = await newVersion()
    await writeSchema(page, '{"type": "object", "required": ["critical"]}')
    await checked(page).getByText('The last 500 payloads of scan 1.0.0: 497 pass, 3 do not').waitFor()
    const links = checked(page).getByRole('listitem').getByRole('link')
    expect(await links.count()).toBe(3)
    await page.getByRole('button', { name: 'Diff with 1.0.0' }).click()
    await page.getByRole('textbox', { name: 'What differs from 1.0.0' }).getByText('"critical"').waitFor()
    await page.getByRole('button', { name: 'Infer from the last 50' }).click()
    await page.getByText('Proposed by 50 payloads').waitFor()
    await checked(page).getByText('497 pass').waitFor({ state: 'detached' })
    await checked(page).getByText('The last 500 payloads').waitFor()
    expect(problems).toEqual([])
  })

  it('makes one receiver of a form that is sent again', async () => {
    const { page } = await newVersion()
    await page.getByLabel('Version').fill('2.0.0')
    const keys: string[] = []
    let isLost = true
    await page.route(/\/api\/v1\/receivers$/, async (route) => {
      keys.push(route.request().headers()['idempotency-key'] ?? '')
      const answer = await route.fetch()
      // What was recorded, and nobody has heard of it.
      if (isLost) await route.fulfill({ status: 400, json: { errors: ['the answer was lost'] } })
      else await route.fulfill({ response: answer })
    })
    await page.getByRole('button', { name: 'Create…' }).click()
    await page.getByRole('button', { name: 'Create receiver' }).click()
    await page.getByRole('dialog').getByRole('alert').getByText('the answer was lost').waitFor()
    isLost = false
    await page.reload()
    await page.getByRole('button', { name: 'Create…' }).click()
    await page.getByRole('button', { name: 'Create receiver' }).click()
    await page.getByRole('heading', { name: 'scan 2.0.0' }).waitFor()
    expect(new Set(keys).size).toBe(1)
    expect(await shop.client.receivers.find({ name: 'scan', version: '2.0.0' })).toHaveLength(1)
  })

  it('shows the message of an event as the feed has it', async () => {
    const payload = { n: 1, nested: ['x'] }
    const id = await shop.record('build', nvrpp('told'), true, payload)
    await expect
      .poll(async () => (await shop.client.messages.list({ view: 'summary', tail: 1 })).entries[0]?.event_id)
      .toBe(id)
    const [last] = (await shop.client.messages.list({ view: 'summary', tail: 1 })).entries
    const after = String(BigInt(last?.cursor ?? '1') - 1n)
    const { text } = await shop.client.rest('GET', `/messages?after=${after}&limit=1`)
    const { page, problems } = await world.open(`events/${id}?tab=message`)
    const shown = page.getByRole('textbox', { name: 'Message' }).locator('.cm-line')
    await shown.first().waitFor()
    await page.getByRole('cell', { name: 'ce_subject' }).waitFor()
    await page.evaluate(() =>
      document.querySelectorAll<HTMLElement>('*').forEach((one) => {
        const editor = one.shadowRoot?.querySelector<HTMLElement>('.cm-editor')
        // As much of it is drawn as fits.
        if (editor) editor.style.maxHeight = 'none'
      }),
    )
    const flat = (json: string) => json.replace(/\s/g, '')
    await expect
      .poll(async () => flat(text).includes(`"message":${flat((await shown.allTextContents()).join(''))}`))
      .toBe(true)
    expect(problems).toEqual([])
  })

  it('leads from the palette to all results', async () => {
    const { page, problems } = await world.open('')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('checkout')
    await page.getByRole('option', { name: /All results/ }).click()
    await page.waitForURL(/search\?q=checkout/)
    await page.getByText('taken for the name of artifacts').waitFor()
    await page
      .getByRole('link', { name: /^checkout / })
      .first()
      .waitFor()
    await page.getByLabel('Search for').fill('no such thing')
    await page.keyboard.press('Enter')
    await page.getByText('not found: tried').waitFor()
    expect(problems).toEqual([])
  })
})
