import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildReceiver, createApi, type ServerProcess, startServer } from '@epr/testkit'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Debian's; EPR_TEST_CHROMIUM names another. */
const CHROMIUM = process.env.EPR_TEST_CHROMIUM ?? '/usr/bin/chromium'
const isMissing = !existsSync(CHROMIUM) && process.env.EPR_REQUIRE_SERVICES !== '1'

describe.skipIf(isMissing)('the GraphQL page', () => {
  let directory: string
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'epr-page-'))
    server = await startServer({ args: ['--db', directory] })
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  it('runs a query in a browser, and asks nobody but this server for anything', async () => {
    const name = 'seen-in-the-page'
    await createApi(server.url).create('/receivers', buildReceiver({ name }))
    const page = await browser.newPage()
    const requested: string[] = []
    const problems: string[] = []
    page.on('request', (request) => requested.push(request.url()))
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    page.on('pageerror', (error) => problems.push(error.message))

    await page.goto(`${server.url}/api/v1/graphql`)
    await page.getByRole('button', { name: /execute/i }).click()
    await page.getByRole('menuitem', { name: 'receivers' }).click()
    await page.getByText(name).waitFor()
    if (process.env.EPR_TEST_SCREENSHOTS) {
      await page.screenshot({ path: join(process.env.EPR_TEST_SCREENSHOTS, 'graphql-page.png') })
    }
    expect(problems).toEqual([])
    const elsewhere = requested.filter((url) => !url.startsWith(server.url) && !/^(data|blob):/.test(url))
    expect(elsewhere).toEqual([])
  })
})
