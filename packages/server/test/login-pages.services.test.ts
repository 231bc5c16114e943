import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestProvider, startTestServer, type TestProvider, type TestServer, waitFor } from '@epr/testkit'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Debian's; EPR_TEST_CHROMIUM names another. */
const CHROMIUM = process.env.EPR_TEST_CHROMIUM ?? '/usr/bin/chromium'
const CLI = fileURLToPath(new URL('../../cli/bin/epr-cli.mjs', import.meta.url))
const isMissing = !existsSync(CHROMIUM) && process.env.EPR_REQUIRE_SERVICES !== '1'

describe.skipIf(isMissing)('the pages where people log in', () => {
  let provider: TestProvider
  let server: TestServer
  let browser: Browser
  let context: BrowserContext
  let admin: string

  async function api(method: string, path: string, token: string, body?: unknown) {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return JSON.parse(await response.text())
  }

  beforeAll(async () => {
    provider = await startTestProvider()
    provider.groups.set('ada', ['release-managers'])
    server = await startTestServer({
      args: ['--oidc-issuer', provider.url, '--oidc-client-id', provider.clientId],
      env: { EPR_OIDC_CLIENT_SECRET: provider.clientSecret },
    })
    admin = (await api('POST', '/keys', '', { name: 'root', admin: true })).data.key
    const who = [{ group: 'release-managers' }]
    await api('PUT', '/policies/managers', admin, { who, may: ['read', { define: ['shop.*'] }] })
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    context = await browser.newContext()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await provider?.close()
  })

  async function shoot(page: Page, name: string): Promise<void> {
    if (process.env.EPR_TEST_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.EPR_TEST_SCREENSHOTS, `${name}.png`) })
  }

  /** Logs in at the provider, whose page takes any password. */
  async function logInAs(page: Page, name: string): Promise<void> {
    await page.getByRole('link', { name: /^Log in with/ }).click()
    await page.getByPlaceholder(/login/i).fill(name)
    await page.getByPlaceholder(/password/i).fill('any')
    await page.getByRole('button', { name: /sign-in/i }).click()
    await page.getByRole('button', { name: /continue/i }).click()
  }

  /** What a page of this server is answered, with the cookie that the browser sends by itself. */
  async function ask(page: Page, path: string) {
    const text = await page.evaluate(async (at) => (await fetch(at)).text(), `/api/v1${path}`)
    return JSON.parse(text)
  }

  it('somebody logs in at the provider, is who it says, and may do what their groups may', async () => {
    const page = await context.newPage()
    await page.goto(`${server.url}/login?return_to=%2Fapi%2Fv1%2Fdocs`)
    await shoot(page, 'login')
    await logInAs(page, 'ada')
    await page.waitForURL('**/api/v1/docs')
    const { data } = await ask(page, '/auth/whoami')
    expect(data).toMatchObject({ kind: 'user', label: 'the user ada of the tests', open: false })
    expect(data.id).toMatch(/^user:[0-9a-f]{24}$/)
    expect(data.rights).toEqual([{ verb: 'read' }, { verb: 'define', types: ['shop.*'] }])
    await page.goto(`${server.url}/login`)
    await page.getByText('ada of the tests').waitFor()
    await shoot(page, 'logged-in')
    expect(await page.evaluate('document.cookie')).toBe('')

    const made = await page.evaluate(async () => {
      const body = { name: 'built', type: 'shop.built', version: '1.0.0', description: 'd', schema: {} }
      const headers = { 'content-type': 'application/json' }
      return (
        await fetch('/api/v1/receivers', { method: 'POST', headers, body: JSON.stringify(body) })
      ).text()
    })
    const acts = (await api('GET', '/audit', admin)).data
    expect(acts[0]).toMatchObject({ actor: data.id, object: JSON.parse(made).data })
  })

  it('asks with GraphiQL as whoever has logged in', async () => {
    const page = await context.newPage()
    await page.goto(`${server.url}/api/v1/graphql`)
    await page.getByRole('button', { name: /execute/i }).click()
    await page.getByRole('menuitem', { name: 'receivers' }).click()
    await page.getByText('shop.built').waitFor()
  })

  it('the command line is let in by its code, typed by who has logged in', async () => {
    const child = spawn(process.execPath, [CLI, 'login'], {
      env: { PATH: process.env.PATH, EPR_URL: server.url, XDG_CONFIG_HOME: server.directory },
    })
    const ended = once(child, 'close')
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    await waitFor('the code', () => /^ {4}\S+$/m.test(said))
    const [, address = '', code = ''] = /Open (\S+) in a browser[\s\S]*^ {4}(\S+)$/m.exec(said) ?? []
    const page = await context.newPage()
    await page.goto(address)
    await shoot(page, 'device')
    await page.getByLabel('Code').fill('BBBB-BBBB')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code').fill(code)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText(`epr-cli on ${hostname()}`).waitFor()
    await shoot(page, 'device-confirm')
    await page.getByRole('button', { name: 'Let it in' }).click()
    await page.getByText('Go back to the program').waitFor()
    expect([await ended, said]).toEqual([[0, null], expect.stringContaining('logged in as the user ada')])
  })

  it('who is not in the group may do nothing, and logs out', async () => {
    const other = await browser.newContext()
    const page = await other.newPage()
    await page.goto(`${server.url}/login`)
    await logInAs(page, 'bob')
    await page.waitForURL(`${server.url}/console/`)
    const refused = await ask(page, '/events')
    expect(refused.error).toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(refused.errors[0]).toContain('the user bob of the tests')
    await page.goto(`${server.url}/login`)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('link', { name: /^Log in with/ }).waitFor()
    expect((await ask(page, '/auth/whoami')).error.code).toBe('UNAUTHENTICATED')
    await other.close()
  })

  it('one who says no at the provider is back at the page, which says so', async () => {
    const other = await browser.newContext()
    const page = await other.newPage()
    await page.goto(`${server.url}/login`)
    await page.getByRole('link', { name: /^Log in with/ }).click()
    await page.getByRole('link', { name: /cancel/i }).click()
    await page.getByRole('alert').waitFor()
    await shoot(page, 'login-refused')
    expect(await page.getByRole('alert').textContent()).toContain('said no')
    await other.close()
  })
})
