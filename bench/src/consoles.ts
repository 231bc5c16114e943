import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { startChild } from './child.js'
import type { ConsolesInput } from './console-process.js'
import { type Figure, median, toAbsoluteFigure, toFigure } from './figure.js'
import { type Effort, load } from './intake.js'
import { readRssMb } from './process.js'
import { alternate } from './rounds.js'
import type { World } from './world.js'

/** Debian's; EPR_TEST_CHROMIUM names another. */
const CHROMIUM = process.env.EPR_TEST_CHROMIUM ?? '/usr/bin/chromium'
const LOADS = 5

/** Runs with a browser, or says why not. */
async function withBrowser<Result>(work: (browser: Browser) => Promise<Result>): Promise<Result | undefined> {
  if (!existsSync(CHROMIUM)) {
    process.stderr.write(`there is no ${CHROMIUM}: nothing of the console is measured\n`)
    return undefined
  }
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath: CHROMIUM, args })
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
  const figures = await withBrowser(async (browser) => {
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

/** Of the consoles that are open three show a matrix, one the feed and one how well is delivered. */
const GATES = 3
const OTHERS = 2

/**
 * What open consoles cost: of intake, and of the server's memory. Their calls are made without a browser, each as one of its own: a
 * browser on the same two processors slows what is measured, whatever its priority, and in earnest is elsewhere.
 */
export async function measureConsoles(world: World, { intakeRounds, seconds }: Effort): Promise<Figure[]> {
  const input: ConsolesInput = { url: world.server.url, gates: world.groups.slice(0, GATES), others: OTHERS }
  let megabytes = 0
  const intake = () => load(world, world.server.url, seconds)
  const measured = await alternate(
    intakeRounds,
    async () => {
      const consoles = await startChild('console-process', input)
      try {
        return await intake()
      } finally {
        megabytes = Math.max(megabytes, await readRssMb(world))
        await consoles.stop()
      }
    },
    intake,
  )
  const of = { unit: '/s', must: 0.95, better: 'higher', binding: false } as const
  const memory = { unit: 'MB', must: 200, better: 'lower', binding: false } as const
  return [
    toFigure({ name: `intake while ${GATES + OTHERS} consoles are open, against alone`, ...of }, measured),
    toAbsoluteFigure({ name: `memory with ${GATES + OTHERS} consoles open`, ...memory }, megabytes),
  ]
}
