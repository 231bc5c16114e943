import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Client, createClient } from '@epr/client'
import type { Nvrpp } from '@epr/model'
import { startTestServer, type TestServer } from '@epr/testkit'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** Debian's; EPR_TEST_CHROMIUM names another. */
const CHROMIUM = process.env.EPR_TEST_CHROMIUM ?? '/usr/bin/chromium'
export const isMissing = !existsSync(CHROMIUM) && process.env.EPR_REQUIRE_SERVICES !== '1'

export const nvrpp = (name: string, version = '1.0.0'): Nvrpp => ({
  ...{ name, version, release: '2026.11' },
  ...{ platform_id: 'linux-x64', package: 'oci' },
})

/** A shop with a gate over a build, tests and a scan. */
export interface Shop {
  readonly client: Client
  readonly receivers: Readonly<Record<'build' | 'test' | 'scan', string>>
  readonly gate: string
  record(step: keyof Shop['receivers'], of: Nvrpp, success: boolean, payload?: unknown): Promise<string>
}

export async function openShop(url: string): Promise<Shop> {
  const client = createClient({ url })
  const about = { version: '1.0.0', description: 'of the shop' }
  const create = (name: string) =>
    client.receivers.create({ ...about, name, type: `shop.${name}`, schema: {} })
  const receivers = { build: await create('build'), test: await create('test'), scan: await create('scan') }
  const gate = await client.groups.create({
    ...about,
    ...{ name: 'releasable', type: 'shop.releasable', enabled: true },
    event_receiver_ids: Object.values(receivers),
  })
  return {
    client,
    receivers,
    gate,
    record: (step, of, success, payload = { step }) =>
      client.events.create({
        ...of,
        ...{ description: `${step} has ended`, success, event_receiver_id: receivers[step], payload },
      }),
  }
}

/** A page that must not complain. */
export interface Watched {
  readonly page: Page
  /** Errors, violations of the policy, and requests to anybody else, so far. */
  readonly problems: readonly string[]
  readonly requested: readonly string[]
}

export interface World {
  readonly server: TestServer
  readonly browser: Browser
  /** Opens a page of the console in a context of its own. */
  open(path: string, options?: BrowserContextOptions): Promise<Watched>
  /** Watches a page of a context that there is. */
  watch(page: Page): Promise<Watched>
  close(): Promise<void>
}

export async function startWorld(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<World> {
  const server = await startTestServer({ args: [...args], env })
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  })

  async function watch(page: Page): Promise<Watched> {
    const problems: string[] = []
    const requested: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('dialog', (dialog) => void problems.push(`a dialog: ${dialog.message()}`))
    page.on('request', (request) => {
      requested.push(request.url())
      if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()))
        problems.push(`asks ${request.url()}`)
    })
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`violates ${violatedDirective}: ${blockedURI}`),
      ),
    )
    return { page, problems, requested }
  }

  return {
    server,
    browser,
    watch,
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      const watched = await watch(await context.newPage())
      await watched.page.goto(`${server.url}/console/${path}`)
      return watched
    },
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe calls serious or critical on a page, and where. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Not by a script element, which the policy of the page refuses.
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
}

/** Keeps a picture of the page, where a run asks for pictures (EPR_TEST_SCREENSHOTS names a folder). */
export async function screenshot(page: Page, name: string): Promise<void> {
  const { EPR_TEST_SCREENSHOTS: folder } = process.env
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}
