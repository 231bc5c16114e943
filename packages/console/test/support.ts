import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
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
  record(
    step: keyof Shop['receivers'],
    of: Nvrpp,
    success: boolean,
    payload?: unknown,
    through?: Client,
  ): Promise<string>
  /** Another server on the same data. */
  at(url: string): Client
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
    at: (other) => createClient({ url: other }),
    record: (step, of, success, payload = { step }, through = client) =>
      through.events.create({
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
  /** Where the browser finds it. */
  readonly url: string
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
  /** A name that leads to this machine, for the browser alone. */
  host = 'localhost',
): Promise<World> {
  const server = await startTestServer({ args: [...args], env })
  const url = host === 'localhost' ? server.url : server.url.replace(/\/\/[^:]+/, `//${host}`)
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      `--host-resolver-rules=MAP ${host} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost`,
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
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
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
    url,
    browser,
    watch,
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      const watched = await watch(await context.newPage())
      await watched.page.goto(`${url}/console/${path}`)
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

export interface Certificate {
  cert: Buffer
  key: Buffer
}

/** A certificate for this machine that nobody has signed but itself. */
export async function makeCertificate(directory: string): Promise<Certificate> {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost']
  await promisify(execFile)('openssl', [...kind, '-keyout', key, '-out', cert])
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

export interface Proxy {
  readonly url: string
  /** How many streams were asked for. */
  streams(): number
  close(): Promise<void>
}

/** A proxy that takes a prefix off, and says another host than it was asked for. */
export async function startProxy(
  target: string,
  { prefix = '', tls }: { prefix?: string; tls?: Certificate } = {},
): Promise<Proxy> {
  const to = new URL(target)
  let streams = 0
  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { url = '', method, headers } = incoming
    if (!url.startsWith(`${prefix}/`)) return void outgoing.writeHead(404).end()
    const path = url.slice(prefix.length)
    if (headers.accept?.includes('text/event-stream')) streams++
    const forwarded = request(
      { host: to.hostname, port: to.port, path, method, headers: { ...headers, host: to.host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
      },
    )
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  }
  const server = tls ? createTlsServer(tls, pass) : createServer(pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}${prefix}`,
    streams: () => streams,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
