import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { createClient } from '@epr/client'
import type { Nvrpp } from '@epr/model'
import {
  DELIVERY_HISTORY,
  DELIVERY_SPAN,
  DELIVERY_TYPES,
  execute,
  type ServerProcess,
  startServer,
  waitFor,
} from '@epr/testkit'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isMissing, nvrpp, openShop, type Shop, startWorld, type World } from './support.js'

const SERVER = fileURLToPath(new URL('../../server/', import.meta.url))

/** The server with another build of the console: the same one, whose files are all called otherwise. */
async function buildUpgrade(directory: string): Promise<string> {
  const root = join(directory, 'upgraded')
  await mkdir(root)
  for (const part of ['dist', 'bin', 'package.json'])
    await cp(join(SERVER, part), join(root, part), { recursive: true })
  await symlink(join(SERVER, 'node_modules'), join(root, 'node_modules'))
  const index = (await readdir(join(root, 'dist'), { recursive: true })).find((name) =>
    name.endsWith('console/index.html'),
  )
  if (index === undefined) throw new Error('the built server has no console')
  const page = join(root, 'dist', index)
  const assets = join(page, '..', 'assets')
  const stems = (await readdir(assets)).flatMap((name) => /^(.+)\.\w+\.gz$/.exec(name)?.[1] ?? [])
  const rename = (text: string) =>
    stems.reduce((done, stem) => done.replaceAll(`${stem}.`, `${stem}2.`), text)
  for (const name of await readdir(assets)) {
    const bytes = await readFile(join(assets, name))
    await rm(join(assets, name))
    if (!name.endsWith('.gz')) continue
    const text = rename(gunzipSync(bytes).toString())
    const renamed = join(assets, rename(name))
    await writeFile(renamed, gzipSync(text))
    await writeFile(renamed.replace(/gz$/, 'br'), brotliCompressSync(text))
  }
  await writeFile(page, rename(await readFile(page, 'utf8')))
  return join(root, 'bin/epr-server.mjs')
}

/** Puts the history into the database, as if it had been recorded then, and waits until it is counted. */
async function seedDelivery({ server }: World): Promise<void> {
  const client = createClient({ url: server.url })
  const receivers: Record<string, string> = {}
  const types = { built: 'shop.built', scanned: 'shop.scanned', ...DELIVERY_TYPES }
  for (const [name, type] of Object.entries(types))
    receivers[name] = await client.receivers.create({
      ...{ name, type, version: '1.0.0', description: 'of the shop', schema: {} },
    })
  const rows = DELIVERY_HISTORY.map(([time, kind, artifact, more = {}], at) => {
    const { success = true, environment = 'production', incident = 'shop' } = more
    const [name = '', version = ''] = artifact.split(' ')
    const key = JSON.stringify([name, version, '1', 'linux', 'oci'])
    const payload = JSON.stringify({
      subject: { id: incident, content: { environment: { id: environment } } },
    })
    return `('01K${String(at).padStart(23, '0')}', sha256(convert_to('${key}', 'UTF8')), '${name}', '${version}', '1', 'linux',
      'oci', 'd', '${payload}'::json, ${payload.length}, ${success}, '${receivers[kind]}', '2026-${time}:00Z')`
  })
  await execute(
    server.db,
    `insert into epr.events (id, nvrpp, name, version, release, platform_id, package, description, payload, payload_bytes,
       success, event_receiver_id, created_at) values ${rows.join(', ')}`,
  )
  await execute(server.db, 'update epr.projection set version = 0')
  await waitFor('the history', async () => {
    const { total } = await client.delivery.measure(DELIVERY_SPAN)
    return total.restore.open === 2
  })
}

const row = (page: Page, { name, version }: Nvrpp) =>
  page.getByRole('row', { name: new RegExp(`^${name} ${version.replaceAll('.', '\\.')}`) })

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
    await shop.record('scan', nvrpp('checkout', '2.0.1'), false, { critical: 2 })
  })
  afterAll(() => world?.close())

  it('hides columns, and its address says which', async () => {
    const { page, problems } = await world.open(`gates/${shop.gate}`)
    await row(page, nvrpp('cart')).waitFor()
    await page.getByText('Columns', { exact: true }).click()
    await page.getByRole('checkbox', { name: 'scan' }).uncheck()
    await expect.poll(() => page.getByRole('columnheader', { name: 'scan' }).count()).toBe(0)
    await page.waitForURL(new RegExp(`without=${shop.receivers.scan}`))
    await row(page, nvrpp('checkout', '2.0.1')).getByText('scan has failed').waitFor()
    expect(problems).toEqual([])
  })

  it('goes from gate to gate on a wall, until somebody holds it or leaves', async () => {
    const other = await shop.client.groups.create({
      ...{ name: 'built', type: 'shop.built', version: '1.0.0', description: 'of the shop', enabled: true },
      event_receiver_ids: [shop.receivers.build],
    })
    const { page, problems } = await world.open(`gates/${shop.gate}?kiosk=5`)
    await page.getByText(/^gate \d of 2/).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    await page.waitForURL(new RegExp(`${other}\\?kiosk=5`))
    await page.keyboard.press('.')
    await page.getByRole('button', { name: 'Go on' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('navigation').waitFor()
    expect(new URL(page.url()).search).toBe('')
    await shop.client.groups.disable(other)
    expect(problems).toEqual([])
  })

  it('shows two versions beside each other, and what their payloads say differently', async () => {
    const { page, problems } = await world.open(`artifact?${new URLSearchParams(nvrpp('checkout', '2.0.1'))}`)
    await page.getByRole('link', { name: 'compare with 1.0.0' }).click()
    const scan = page.getByRole('row', { name: /^scan/ })
    await scan.getByText('passed').waitFor()
    await scan.getByText('failed').waitFor()
    await page
      .getByRole('row', { name: /^build/ })
      .getByRole('button', { name: 'Diff' })
      .click()
    await page.getByText('the same, byte for byte').waitFor()
    await scan.getByRole('button', { name: 'Diff' }).click()
    await page.getByText('"critical": 0').waitFor()
    await page.getByText('"critical": 2').first().waitFor()
    await page.getByLabel('One', { exact: true }).selectOption({ index: 0 })
    await page.waitForURL(/version=2\.0\.1/)
    expect(problems).toEqual([])
  })

  it('computes delivery by rules that are written here, and keeps those of before', async () => {
    await shop.client.receivers.create({
      ...{ name: 'deploy', type: 'shop.deployed', version: '1.0.0', description: 'of the shop', schema: {} },
    })
    const { page, problems } = await world.open('delivery')
    await page.getByText('How is this computed? Rules, version 0').click()
    await page.getByRole('button', { name: 'Change the rules…' }).click()
    const deployments = page.getByLabel('Deployments', { exact: true })
    await deployments.fill('shop.deployt')
    await page.getByRole('button', { name: 'Compute by these' }).click()
    await page.getByRole('alert').getByText('no receiver has the type "shop.deployt"').waitFor()
    await deployments.fill('shop.deployed')
    await page.getByRole('button', { name: 'Compute by these' }).click()
    await page.getByText('How is this computed? Rules, version 1').waitFor()
    await page.getByRole('button', { name: 'Change the rules…' }).click()
    expect(await deployments.inputValue()).toBe('shop.deployed')
    await page.getByLabel('Begin with those of').selectOption('0')
    expect(await deployments.inputValue()).not.toBe('shop.deployed')
    await page.keyboard.press('Escape')
    // The browser writes down each refusal of the server.
    expect(problems.filter((problem) => !problem.includes('400'))).toEqual([])
  })

  it('says in which zone times are, and the same times in UTC everywhere', async () => {
    const seen: string[] = []
    for (const timezoneId of ['Pacific/Auckland', 'America/St_Johns', 'UTC']) {
      const { page } = await world.open(`gates/${shop.gate}`, { timezoneId })
      const time = row(page, nvrpp('cart')).locator('time').first()
      await time.waitFor()
      expect(await time.getAttribute('title')).toContain(timezoneId)
      await page.keyboard.press('t')
      const local = await time.textContent()
      await page.keyboard.press('t')
      const utc = (await time.textContent()) ?? ''
      expect(utc).toMatch(/Z$/)
      if (timezoneId !== 'UTC') expect(`${local}Z`).not.toBe(utc)
      seen.push(utc)
    }
    expect(new Set(seen).size).toBe(1)
  })

  it('shows what a receiver refuses, a watcher that is silent, and where the relay stands', async () => {
    const schema = { type: 'object', required: ['critical'], properties: { critical: { type: 'integer' } } }
    const receiver = await shop.client.receivers.create({
      ...{ name: 'strict', type: 'shop.strict', version: '1.0.0', description: 'of the shop', schema },
    })
    const event = { ...nvrpp('cart'), description: 'no number', success: true, event_receiver_id: receiver }
    for (let sent = 0; sent < 100; sent++)
      await expect(shop.client.events.create({ ...event, payload: { critical: 'many' } })).rejects.toThrow()
    const { page, problems } = await world.open(`receivers/${receiver}`)
    await expect
      .poll(
        async () => {
          await page.reload()
          await page.getByRole('heading', { name: 'Refused payloads' }).waitFor()
          return page.getByRole('row', { name: /\/critical/ }).textContent({ timeout: 2_000 })
        },
        { timeout: 30_000 },
      )
      .toContain('100')
    await page.getByText('must be integer').first().waitFor()

    await shop.client.watchers.beat('deployer', 'one', {
      ...{ version: '0.1.0', source: 'feed', ready: true, started_at: new Date().toISOString() },
      ...{ lag: 0, cursor: null, processed: 7, failed: 0, dead_lettered: 0, dead_letters: [] },
    })
    await page.goto(`${world.server.url}/console/operations`)
    const watcher = page.getByRole('row', { name: /^deployer/ })
    await watcher.getByText('consumes').waitFor()
    await execute(world.server.db, "update epr.watchers set seen_at = seen_at - interval '61 s'")
    await watcher.getByText('silent').waitFor()
    expect(problems).toEqual([])
  })
})

describe.skipIf(isMissing)('while its server is away, the console', () => {
  let world: World
  let shop: Shop
  beforeEach(async () => {
    world = await startWorld()
    shop = await openShop(world.server.url)
    await shop.record('build', nvrpp('cart'), true)
  })
  const started: ServerProcess[] = []
  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop()
    await world?.close()
  })
  async function start(...[options]: Parameters<typeof startServer>): Promise<ServerProcess> {
    const server = await startServer(options)
    started.push(server)
    return server
  }

  it('misses messages that are kept no more, and is right again without an error', async () => {
    const { page } = await world.open(`gates/${shop.gate}`)
    await page.getByRole('status').getByText('live').waitFor()
    await row(page, nvrpp('cart')).waitFor()
    const newest = await shop.client.messages.list({ view: 'summary', tail: 1 })
    const cursor = newest.entries.at(-1)?.cursor ?? ''
    const { port } = new URL(world.server.url)
    const db = ['--db', world.server.db]
    await world.server.stop()
    await page.getByText('connection lost').waitFor()

    const meanwhile = await start({ args: db })
    const missed = await shop.record('scan', nvrpp('cart'), true, {}, shop.at(meanwhile.url))
    const after = (url: string) => fetch(`${url}/api/v1/messages?view=summary&after=${cursor}`)
    await waitFor('it to be told and answered', async () => {
      const { projections } = await shop.at(meanwhile.url).operations()
      return (
        (await (await after(meanwhile.url)).text()).includes(missed) &&
        projections.length > 0 &&
        projections.every(({ lag }) => lag === 0)
      )
    })
    await meanwhile.stop()
    // As retention leaves it.
    await execute(
      world.server.db,
      `with removed as (delete from epr.outbox returning first_cursor + size - 1 as cursor)
       update epr.retention set removed_cursor = (select max(cursor) from removed)`,
    )
    const again = await start({ args: [...db, '--port', port] })
    expect((await after(again.url)).status).toBe(410)
    await page.locator(`a[href$="events/${missed}"]`).waitFor()
    await page.getByRole('status').getByText('live').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    const last = await shop.record('scan', nvrpp('cart'), false)
    await page.locator(`a[href$="events/${last}"]`).waitFor()
  })

  it('is upgraded, says so, and is loaded again once, with the same view', async () => {
    const { page } = await world.open(`gates/${shop.gate}?order=waiting`)
    await page.getByRole('status').getByText('live').waitFor()
    const idle = await world.open(`gates/${shop.gate}`)
    await row(idle.page, nvrpp('cart')).waitFor()
    const { port } = new URL(world.server.url)
    const bin = await buildUpgrade(world.server.directory)
    await world.server.stop()
    await start({ bin, args: ['--db', world.server.db, '--port', port] })
    await page.getByText('has a new version of this page').waitFor()
    await page.getByRole('button', { name: 'Reload' }).click()
    await row(page, nvrpp('cart')).waitFor()
    expect(await page.getByLabel('Order').inputValue()).toBe('waiting')
    expect(await page.getByText('has a new version of this page').count()).toBe(0)
    // Who goes on without: the next view's file is no more.
    let loads = 0
    idle.page.on('load', () => loads++)
    await idle.page.getByRole('link', { name: 'Receivers' }).click()
    await idle.page.getByRole('heading', { name: 'Receivers' }).waitFor()
    expect(loads).toBe(1)
  })
})

describe.skipIf(isMissing)('where the console is not on a secure page', () => {
  it('works all the same, and copies by a way of its own', async () => {
    const world = await startWorld(['--allowed-hosts', 'epr.lan', '--auth', 'off'], {}, 'epr.lan')
    try {
      const shop = await openShop(world.server.url)
      const failed = await shop.record('scan', nvrpp('cart'), false, { critical: 2 })
      const { page, problems } = await world.open(`gates/${shop.gate}`)
      expect(await page.evaluate(() => isSecureContext)).toBe(false)
      await page.getByRole('status').getByText('live').waitFor()
      const id = await shop.record('build', nvrpp('cart'), true)
      await page.locator(`a[href$="events/${id}"]`).waitFor()
      await page.goto(`${world.url}/console/events/${failed}?tab=payload`)
      await page.getByText('"critical"').waitFor()
      await page.getByRole('button', { name: 'Copy exact' }).click()
      await page.getByText('Copied').waitFor()
      await page.goto(`${world.url}/console/groups/${shop.gate}`)
      await page.getByRole('button', { name: 'Disable…' }).click()
      await page.getByRole('button', { name: 'Disable', exact: true }).click()
      await page.getByRole('button', { name: 'Enable…' }).waitFor()
      // The browser says that it leaves a header out there.
      expect(problems.filter((problem) => !problem.includes('Cross-Origin-Opener-Policy'))).toEqual([])
    } finally {
      await world.close()
    }
  })
})

describe.skipIf(isMissing)('where the broker is away, the console', () => {
  it('says that the relay waits, and why', async () => {
    const world = await startWorld(['--brokers', '127.0.0.1:1', '--topic', 'epr.dev.events'])
    try {
      const shop = await openShop(world.server.url)
      await shop.record('build', nvrpp('cart'), true)
      const { page } = await world.open('operations')
      await page.getByText('epr.dev.events').waitFor()
      await page
        .getByText(/ECONNREFUSED|connect/i)
        .first()
        .waitFor()
    } finally {
      await world.close()
    }
  })
})

describe.skipIf(isMissing)('the console, of delivery', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world?.close())
  const span = new URLSearchParams(DELIVERY_SPAN)

  it('says that there is no data, and why, and never 0', async () => {
    const { page } = await world.open(`delivery?${span}`)
    await page.getByRole('heading', { name: 'No data' }).waitFor()
    await page.getByText('no receiver is a deployment by these rules').waitFor()
    expect(await page.getByText('n=0').count()).toBe(0)
  })

  it('has the numbers of 90 days as a hand works them out, and behind each the events', async () => {
    await seedDelivery(world)
    const { page, problems } = await world.open(`delivery?${span}`)
    const number = (word: string) =>
      page.locator('section', { has: page.getByRole('heading', { name: word }) })
    const shown = async (word: string) => ((await number(word).textContent()) ?? '').replace(/\s+/g, ' ')
    await number('Deployments').getByText('n=6').waitFor()
    expect(await shown('Lead time')).toContain('3h 30m')
    expect(await shown('Lead time')).toContain('p90 5h 24m · n=4')
    expect(await shown('Failed changes')).toContain('50.0 %3 of 6 · n=3')
    expect(await shown('Time to restore')).toContain('1h2 still open · n=3')
    for (const [word, rows] of [
      ['Deployments', 6],
      ['Lead time', 4],
      ['Failed changes', 3],
      ['Time to restore', 5],
    ] as const) {
      await number(word).getByRole('link', { name: /^n=/ }).click()
      await expect
        .poll(() =>
          page
            .getByRole('row')
            .filter({ has: page.getByRole('link', { name: 'event' }) })
            .count(),
        )
        .toBe(rows)
    }
    await page.getByLabel('Environment').selectOption('staging')
    await number('Deployments').getByText('n=1').waitFor()
    expect(problems).toEqual([])
  })
})
