import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildEvent, buildReceiver } from '@epr/testkit'
import { type Figure, median, toAbsoluteFigure, toFigure } from './figure.js'
import { alternate, timeEach } from './rounds.js'
import type { World } from './world.js'

const SBOM_BYTES = 4 * 1024 * 1024

/** A CycloneDX 1.6 BOM of 4 MB: components as a package manager's tool writes them. */
export function buildBom(): string {
  const components: object[] = []
  for (let size = 0, index = 0; size < SBOM_BYTES; index++) {
    const name = `package-${index}`
    const component = {
      type: 'library',
      name,
      version: `1.${index % 40}.0`,
      'bom-ref': `${name}@1.${index % 40}.0`,
      purl: `pkg:npm/${name}@1.${index % 40}.0`,
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: index.toString(16).padStart(128, 'a1b2c3d4e5f60718') }],
    }
    size += JSON.stringify(component).length
    components.push(component)
  }
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components })
}

export async function createSbomReceiver({ api }: World): Promise<string> {
  const { resolve } = createRequire(import.meta.url)
  const directory = dirname(resolve('@cyclonedx/cyclonedx-library/package.json'))
  const schema = JSON.parse(
    readFileSync(join(directory, 'res', 'schema', 'bom-1.6.SNAPSHOT.schema.json'), 'utf8'),
  )
  return api.create('/receivers', buildReceiver({ type: 'cyclonedx.bom', schema }))
}

/** The body of a POST that carries a BOM. */
export function toBody(receiver: string, bom: string): string {
  const { payload: _, ...event } = buildEvent(receiver)
  return `${JSON.stringify(event).slice(0, -1)},"payload":${bom}}`
}

export async function measureSbom(world: World, rounds: number, calls: number): Promise<Figure> {
  const bom = buildBom()
  const receiver = await createSbomReceiver(world)
  const posts = Math.max(3, Math.floor(calls / 30))
  await world.api.create('/events', toBody(receiver, bom))
  const insert = async () => {
    JSON.parse(bom)
    await world.sql.query({
      name: 'insert_bom',
      text: 'insert into bench_rows (id, payload) values ($1, $2::json)',
      values: [crypto.randomUUID(), bom],
    })
  }
  const measured = await alternate(
    rounds,
    async () => median(await timeEach(posts, () => world.api.create('/events', toBody(receiver, bom)))),
    async () => median(await timeEach(posts, insert)),
  )
  return toFigure(
    {
      name: '4 MB CycloneDX SBOM, whole POST, against parse and insert',
      unit: 'ms',
      must: 3,
      better: 'lower',
      binding: true,
    },
    measured,
  )
}

/** Event loop delay while 64 connections post events, and one of them SBOMs. */
export async function measureLoopDelay(
  world: World,
  loadMs: number,
  load: () => Promise<unknown>,
): Promise<Figure> {
  const bom = buildBom()
  const receiver = await createSbomReceiver(world)
  await world.api.create('/events', toBody(receiver, bom))
  const readDelay = async () => {
    const text = await (await fetch(`${world.server.url}/metrics`)).text()
    return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1]) * 1_000
  }
  // Reading starts a new interval.
  await readDelay()
  const until = Date.now() + loadMs
  const loading = load()
  while (Date.now() < until) await world.api.create('/events', toBody(receiver, bom))
  await loading
  return toAbsoluteFigure(
    {
      name: 'event loop delay p99, one of 64 posting 4 MB SBOMs',
      unit: 'ms',
      must: 50,
      better: 'lower',
      binding: false,
    },
    await readDelay(),
  )
}
