import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildReceiver, createApi, startTestServer, type TestServer } from '@epr/testkit'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Debian's; EPR_TEST_CHROMIUM names another. */
const CHROMIUM = process.env.EPR_TEST_CHROMIUM ?? '/usr/bin/chromium'
const isMissing = !existsSync(CHROMIUM) && process.env.EPR_REQUIRE_SERVICES !== '1'

describe.skipIf(isMissing)('the pages for the browser', () => {
  let server: TestServer
  let browser: Browser
  beforeAll(async () => {
    server = await startTestServer()
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  /** Opens a page and uses it; fails when it reports an error or asks anybody but this server for anything. */
  async function use(path: string, name: string, act: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage()
    const requested: string[] = []
    const problems: string[] = []
    page.on('request', (request) => requested.push(request.url()))
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    page.on('pageerror', (error) => problems.push(error.message))

    await page.goto(`${server.url}${path}`)
    await act(page)
    if (process.env.EPR_TEST_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.EPR_TEST_SCREENSHOTS, `${name}.png`) })
    expect(problems).toEqual([])
    const elsewhere = requested.filter((url) => !url.startsWith(server.url) && !/^(data|blob):/.test(url))
    expect(elsewhere).toEqual([])
  }

  it('GraphQL: an example query runs', async () => {
    const name = 'seen-in-the-page'
    await createApi(server.url).create('/receivers', buildReceiver({ name }))
    await use('/api/v1/graphql', 'graphql-page', async (page) => {
      await page.getByRole('button', { name: /execute/i }).click()
      await page.getByRole('menuitem', { name: 'receivers' }).click()
      await page.getByText(name).waitFor()
    })
  })

  it('GraphQL: on a phone the answer stands below the query, each as wide as the page', async () => {
    await use('/api/v1/graphql', 'graphql-page-narrow', async (page) => {
      await page.setViewportSize({ width: 390, height: 844 })
      const [query, answer] = await Promise.all(
        ['.graphiql-editors', '.graphiql-response'].map(async (part) => {
          await page.locator(part).waitFor()
          return page.locator(part).boundingBox()
        }),
      )
      expect(query?.width).toBeGreaterThan(250)
      expect(answer?.width).toBeGreaterThan(250)
      expect(answer?.y).toBeGreaterThan((query?.y ?? 0) + 100)
      expect(answer?.height).toBeGreaterThan(150)
    })
  })

  it('API reference: the server stands there with its whole URL', async () => {
    await use('/api/v1/docs', 'api-page-server', async (page) => {
      const shown = page.locator('.servers')
      await shown.waitFor()
      expect(await shown.textContent()).toContain(server.url)
      expect(await shown.textContent()).not.toContain('..')
    })
  })

  it('API reference: an operation is described and can be tried', async () => {
    await use('/api/v1/docs', 'api-page', async (page) => {
      const operation = page.locator('.opblock', { hasText: 'Whether the process lives' })
      await operation.getByRole('button').first().click()
      await operation.getByRole('button', { name: 'Try it out' }).click()
      await operation.getByRole('button', { name: 'Execute' }).click()
      await operation.getByText('"alive"').waitFor()
    })
  })
})
