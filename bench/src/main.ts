import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildEvent } from '@epr/testkit'
import { measureAnswers } from './answers.js'
import { startBroker } from './broker.js'
import { runChild } from './child.js'
import { measureConsoles } from './consoles.js'
import type { Figure } from './figure.js'
import { measureHistory } from './history.js'
import {
  type Effort,
  loadInTurn,
  measureBatch,
  measureIntake,
  measureSingle,
  toKeysFigure,
} from './intake.js'
import { measureMixed } from './mixed.js'
import { measureFeed, readRssMb, toMemoryFigure } from './process.js'
import { measureRelay } from './relay.js'
import type { Round } from './rounds.js'
import { measureLoopDelay, measureSbom } from './sbom.js'
import { measureGraphql, measureSearch } from './search.js'
import { measureSearching } from './searching.js'
import { measureThroughput, measureWatchers } from './watching.js'
import { createWorld, fillEvents, type World } from './world.js'

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url))
const BASELINE = fileURLToPath(new URL('../baseline.json', import.meta.url))

const SMALL_HISTORY = 10_000
const SEARCHED_HISTORY = 300_000
const LARGE_HISTORY = 1_000_000
const LARGEST_HISTORY = 3_000_000
/** Of which there are 3 million events. */
const ARTIFACTS = 600_000

const MIXED_SECONDS = 300
const QUICK_MIXED_SECONDS = 30

const EFFORTS: Record<'full' | 'quick', Effort> = {
  full: { rounds: 5, intakeRounds: 11, seconds: 4, calls: 200 },
  quick: { rounds: 5, intakeRounds: 5, seconds: 1.5, calls: 60 },
}

const say = (text: string) => process.stderr.write(`${text}\n`)

type Add = (...measured: Figure[]) => void

/** What needs a broker; nothing where Java is not to be had. */
async function measureWithKafka(directory: string, { rounds, calls }: Effort, add: Add): Promise<void> {
  const broker = await startBroker(say)
  if (!broker) return
  try {
    add(await measureRelay(join(directory, 'relay'), broker, rounds))
    add(...(await measureWatchers(join(directory, 'relay'), broker, rounds, calls)))
    add(...(await measureThroughput(broker, rounds)))
  } finally {
    await broker.stop()
  }
}

/** On a server of its own, so that the memory is that of this load. */
async function measureMixedAlone(directory: string, quick: boolean, add: Add): Promise<void> {
  const world = await createWorld(join(directory, 'mixed'))
  try {
    await fillEvents(world, quick ? SMALL_HISTORY : LARGE_HISTORY / 10)
    add(...(await measureMixed(world, quick ? QUICK_MIXED_SECONDS : MIXED_SECONDS)))
  } finally {
    await world.close()
  }
}

/** On a server of its own: its history is of a size of its own. */
async function measureSearchingAlone(directory: string, { rounds }: Effort, add: Add): Promise<void> {
  const world = await createWorld(join(directory, 'searching'))
  try {
    await fillEvents(world, SEARCHED_HISTORY)
    add(await measureSearching(world, rounds))
  } finally {
    await world.close()
  }
}

/** On a server of its own, so that the memory is that of this load. */
async function measureConsolesAlone(directory: string, effort: Effort, add: Add): Promise<void> {
  const world = await createWorld(join(directory, 'consoles'))
  try {
    await fillEvents(world, SMALL_HISTORY)
    add(...(await measureConsoles(world, effort)))
  } finally {
    await world.close()
  }
}

/** How often two servers are started anew: no two do quite the same, even when they are asked for the same. */
const KEY_PAIRS = 4

/** On two servers that nobody else asks: one wants a key, the other does not. */
async function measureKeysAlone(directory: string, effort: Effort, add: Add): Promise<void> {
  const rounds: Round[] = []
  for (let pair = 0; pair < KEY_PAIRS; pair++) {
    const modes: ('required' | 'off')[] = pair % 2 === 0 ? ['required', 'off'] : ['off', 'required']
    const worlds: World[] = []
    try {
      for (const auth of modes) worlds.push(await createWorld(join(directory, `${auth}-${pair}`), { auth }))
      for (const world of worlds) await fillEvents(world, SMALL_HISTORY)
      const [asking, open] = pair % 2 === 0 ? worlds : worlds.reverse()
      if (asking && open) rounds.push(...(await loadInTurn(asking, open, effort)))
    } finally {
      await Promise.all(worlds.map((world) => world.close()))
    }
  }
  add(toKeysFigure(rounds))
}

async function measureWithHistory(
  directory: string,
  quick: boolean,
  effort: Effort,
  add: Add,
): Promise<void> {
  const world = await createWorld(join(directory, 'large'))
  const small = await createWorld(join(directory, 'small'))
  try {
    await measureWorlds(world, small, quick, effort, add)
  } finally {
    await Promise.all([world.close(), small.close()])
  }
}

async function measureWorlds(
  world: World,
  small: World,
  quick: boolean,
  effort: Effort,
  add: Add,
): Promise<void> {
  const { rounds, calls } = effort
  await fillEvents(small, SMALL_HISTORY)
  say(`filling up to ${LARGE_HISTORY} events …`)
  await fillEvents(world, LARGE_HISTORY)
  add(...(await measureHistory(world, small, '1 M events, against 10 thousand', rounds, calls)))
  add(...(await measureSearch(world, rounds, Math.floor(calls / 3))))
  add(await measureGraphql(world, rounds, calls))
  add(toMemoryFigure('memory, idle', await readRssMb(world)))
  add(...(await measureIntake(world, effort)))
  add(toMemoryFigure('memory, after the load', await readRssMb(world)))
  add(await measureSingle(world, effort))
  add(await measureBatch(world, effort))
  add(await measureSbom(world, rounds, calls))
  const loadMs = effort.seconds * 2_000
  const load = () =>
    runChild('load-process', {
      url: world.server.url,
      path: '/api/v1/events',
      connections: 63,
      seconds: loadMs / 1_000,
      receivers: world.receivers,
      payloadBytes: 200,
    })
  add(await measureLoopDelay(world, loadMs, load))
  const post = () => world.api.create('/events', buildEvent(world.receivers[0] ?? ''))
  add(await measureFeed(world, quick ? 3 : 8, post))
  if (!quick) {
    say(`filling up to ${LARGEST_HISTORY} events …`)
    await fillEvents(world, LARGEST_HISTORY)
    add(...(await measureHistory(world, small, '3 M events, against 10 thousand', rounds, calls)))
  }
}

const round = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)

function toLine({ name, value, reference, unit, ratio, must, better, binding, met, spread }: Figure): string {
  const held =
    reference === undefined ? '' : ` · reference ${round(reference)} ${unit} · ratio ${round(ratio)}`
  const range = spread ? ` (${round(spread[0])}–${round(spread[1])})` : ''
  const bound = `${better === 'higher' ? '≥' : '≤'} ${must}${binding ? ', binding' : ''}`
  return `${met ? '✓' : '✗'} ${name}: ${round(value)} ${unit}${held}${range} · must be ${bound}`
}

/** Binding figures that are less than half as good as the committed ones. */
async function findHalved(figures: Figure[]): Promise<string[]> {
  const baseline = JSON.parse(await readFile(BASELINE, 'utf8')) as Record<string, number>
  return figures
    .filter(({ name, binding, ratio, better }) => {
      const known = baseline[name]
      if (!binding || known === undefined) return false
      return better === 'higher' ? ratio < known / 2 : ratio > known * 2
    })
    .map(({ name }) => name)
}

const USAGE = `npm run bench [-- OPTIONS]
  --quick       under three minutes, without Kafka, against bench/baseline.json
  --only PART   answers, consoles, history, kafka, keys, mixed or searching: a part of the figures
`

const PARTS = ['answers', 'consoles', 'history', 'kafka', 'keys', 'mixed', 'searching'] as const
type Part = (typeof PARTS)[number]

interface Options {
  quick: boolean
  only: Part | undefined
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({ args, options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
  const { quick = false, only } = values
  const part = PARTS.find((name) => name === only)
  if (only === undefined || part) return { quick, only: part }
  throw new Error(`--only ${only}: there are ${PARTS.join(', ')}`)
}

async function measure({ quick, only }: Options): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'epr-bench-'))
  const effort = EFFORTS[quick ? 'quick' : 'full']
  const figures: Figure[] = []
  const add: Add = (...measured) => {
    for (const figure of measured) say(toLine(figure))
    figures.push(...measured)
  }
  try {
    if (only === 'consoles' || (only === undefined && !quick))
      await measureConsolesAlone(directory, effort, add)
    if (only === undefined || only === 'history') await measureWithHistory(directory, quick, effort, add)
    if (only === 'mixed' || (only === undefined && !quick)) await measureMixedAlone(directory, quick, add)
    if (only === 'answers' || (only === undefined && !quick))
      await measureAnswers(directory, quick ? ARTIFACTS / 20 : ARTIFACTS, effort, add)
    if (only === 'searching' || (only === undefined && !quick))
      await measureSearchingAlone(directory, effort, add)
    if (only === 'keys' || (only === undefined && !quick)) await measureKeysAlone(directory, effort, add)
    if ((only === undefined || only === 'kafka') && !quick) await measureWithKafka(directory, effort, add)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return figures
}

async function report(figures: Figure[]): Promise<void> {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'latest.json'), `${JSON.stringify(figures, null, 2)}\n`)
  process.stdout.write(`${figures.map(toLine).join('\n')}\n`)
}

/** How often what has halved is measured before it counts. */
const QUICK_RUNS = 3

/** A busy neighbour does not fail a build: only what is halved in every run does, as a slower server is. */
async function measureQuick(options: Options): Promise<string[]> {
  let halved: string[] | undefined
  for (let run = 0; run < QUICK_RUNS; run++) {
    const figures = await measure(options)
    await report(figures)
    const now = await findHalved(figures)
    halved = halved?.filter((name) => now.includes(name)) ?? now
    if (halved.length === 0) break
    say(`halved since the baseline: ${halved.join('; ')}`)
  }
  return halved ?? []
}

async function measureFull(options: Options): Promise<string[]> {
  const figures = await measure(options)
  await report(figures)
  return figures.filter(({ binding, met }) => binding && !met).map(({ name }) => name)
}

async function bench(options: Options): Promise<number> {
  const failed = await (options.quick ? measureQuick(options) : measureFull(options))
  if (failed.length === 0) return 0
  process.stdout.write(
    `${options.quick ? 'halved since the baseline, in every run' : 'binding and not met'}: ${failed.join('; ')}\n`,
  )
  return 1
}

async function main(args: string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`)
    return 2
  }
  return bench(options)
}

process.exitCode = await main(process.argv.slice(2))
