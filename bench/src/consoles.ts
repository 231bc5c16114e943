import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { type Figure, median, toAbsoluteFigure, toFigure } from './figure.js'
import { type Effort, load } from './intake.js'
import { readRssMb } from './process.js'
import { alternate } from './rounds.js'
import type { World } from './world.js'

/** Debian's; EPR_TEST_CHROMIUM names another. */
const CHROMIUM = process.env.EPR_TEST_CHROMIUM ?? '/usr/bin/chromium'
const LOADS = 5

/** Runs with a browser, or says why not. */
async function withBrowser<Result>(
  executablePath: string,
  work: (browser: Browser) => Promise<Result>,
): Promise<Result | undefined> {
  if (!existsSync(CHROMIUM)) {
    process.stderr.write(`there is no ${CHROMIUM}: nothing of the console is measured\n`)
    return undefined
  }
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath, args })
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}

const viewsOf = ({ receivers, groups }: World): (readonly [name: string, path: string])[] => {
  const artifact = 'name=service-7&version=1.3.0&release=2026.10&platform_id=linux-x64&package=oci'
  return [
    ['overview', ''],
    ['gate', `gates/${groups[0]}`],
    ['artifacts', 'artifacts'],
    ['artifact', `artifact?${artifact}`],
    ['feed', 'feed'],
    ['receivers', 'receivers'],
    ['receiver', `receivers/${receivers[0]}`],
    ['groups', 'groups'],
    ['delivery', 'delivery'],
    ['operations', 'operations'],
  ]
}

/** When the largest part of a view stood there, in a browser that has seen nothing of the console yet. */
async function paintOf(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    await page.goto(url)
    await page.locator('main h1').first().waitFor()
    await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null)
    return await page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0)).observe({
            type: 'largest-contentful-paint',
            buffered: true,
          }),
        ),
    )
  } finally {
    await context.close()
  }
}

/** How soon each view of the console stands there: largest contentful paint (https://web.dev/articles/lcp), the median of some loads. */
export async function measureViews(world: World): Promise<Figure[]> {
  const figures = await withBrowser(CHROMIUM, async (browser) => {
    const measured: Figure[] = []
    for (const [name, path] of viewsOf(world)) {
      const times: number[] = []
      while (times.length < LOADS) times.push(await paintOf(browser, `${world.server.url}/console/${path}`))
      const of = { unit: 'ms', must: 1_000, better: 'lower', binding: false } as const
      measured.push(toAbsoluteFigure({ name: `largest paint of the view ${name}`, ...of }, median(times)))
    }
    return measured
  })
  return figures ?? []
}

const OPEN = ['gates/0', 'gates/1', 'gates/2', 'feed', 'delivery'] as const

/** Five views of one browser, until what is returned is called. */
async function openConsoles(browser: Browser, { server, groups }: World): Promise<() => Promise<void>> {
  const context = await browser.newContext()
  for (const view of OPEN) {
    const page = await context.newPage()
    const path = view.replace(/\d/, (place) => groups[Number(place)] ?? '')
    await page.goto(`${server.url}/console/${path}`)
    await page.getByRole('status').getByText('live').waitFor()
  }
  return () => context.close()
}

/**
 * What five open consoles cost: of intake, and of the server's memory. The browser runs with the least priority, because its own work
 * is done elsewhere in earnest: what is measured is the server's.
 */
export async function measureConsoles(world: World, { rounds, seconds }: Effort): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'epr-bench-browser-'))
  const patient = join(directory, 'chromium')
  // A browser of root's gives itself another priority, where it may.
  await writeFile(patient, `#!/bin/sh\nexec setpriv --bounding-set -sys_nice nice -n 19 ${CHROMIUM} "$@"\n`)
  await chmod(patient, 0o755)
  try {
    const figures = await withBrowser(patient, async (browser) => {
      let megabytes = 0
      const intake = () => load(world, world.server.url, seconds)
      const measured = await alternate(
        rounds,
        async () => {
          const close = await openConsoles(browser, world)
          const rate = await intake()
          megabytes = Math.max(megabytes, await readRssMb(world))
          await close()
          return rate
        },
        intake,
      )
      const of = { unit: '/s', must: 0.95, better: 'higher', binding: false } as const
      const memory = { unit: 'MB', must: 200, better: 'lower', binding: false } as const
      return [
        toFigure({ name: `intake while ${OPEN.length} consoles are open, against alone`, ...of }, measured),
        toAbsoluteFigure({ name: `memory with ${OPEN.length} consoles open`, ...memory }, megabytes),
      ]
    })
    return figures ?? []
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
