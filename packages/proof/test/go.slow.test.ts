import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTree,
  formatProof,
  formatVerifierKey,
  hashLeaf,
  hashNode,
  type ReadTile,
  TILE_WIDTH,
  tilePath,
} from '../src/index.js'
import { makeCheckpoint, makeKey } from '../src/test-keys.js'

const run = promisify(execFile)
const READER = fileURLToPath(new URL('go/', import.meta.url))
/** The example of C2SP tlog-tiles: tiles of three levels, full ones and partial ones. */
const SIZE = 70_000
const INDEX = 54_321
const ORIGIN = 'epr.example.org/log'

/** Go, and its library, which is fetched once. */
const hasGo = await run('go', ['mod', 'download'], { cwd: READER, timeout: 60_000 }).then(
  () => true,
  () => false,
)

const entryAt = (index: number): Uint8Array => new TextEncoder().encode(`{"id":"${index}","kind":"event"}`)

/** The hashes of each level of tiles, one behind the other. */
function toLevels(): Uint8Array[][] {
  const levels = [Array.from({ length: SIZE }, (_, index) => hashLeaf(entryAt(index)))]
  for (let below = levels[0] ?? []; below.length >= TILE_WIDTH; below = levels.at(-1) ?? []) {
    const roots: Uint8Array[] = []
    for (let from = 0; from + TILE_WIDTH <= below.length; from += TILE_WIDTH) {
      let hashes = below.slice(from, from + TILE_WIDTH)
      while (hashes.length > 1)
        hashes = hashes.flatMap((left, at) => (at % 2 === 0 ? [hashNode(left, hashes[at + 1] ?? left)] : []))
      roots.push(...hashes)
    }
    levels.push(roots)
  }
  return levels
}

// Where Go or its library is not to be had, this says so: its name is among those that were skipped.
describe.skipIf(!hasGo)("Go's own libraries (golang.org/x/mod/sumdb)", () => {
  let folder: string
  const log = makeKey(ORIGIN)

  async function write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'epr-go-'))
    const levels = toLevels()
    const readTile: ReadTile = async ({ level, index, width }) =>
      Uint8Array.from(
        Buffer.concat((levels[level] ?? []).slice(index * TILE_WIDTH, index * TILE_WIDTH + width)),
      )
    for (const [level, hashes] of levels.entries())
      for (let index = 0; index * TILE_WIDTH < hashes.length; index++) {
        const tile = { level, index, width: Math.min(TILE_WIDTH, hashes.length - index * TILE_WIDTH) }
        await write(tilePath(tile), await readTile(tile))
      }
    const tree = createTree(SIZE, readTile)
    const checkpoint = makeCheckpoint({ origin: ORIGIN, size: SIZE, root: await tree.root() }, [log])
    await write('checkpoint', checkpoint)
    await write('entry', entryAt(INDEX))
    const hashes = await tree.inclusionProof(INDEX)
    await write('proof.tlog-proof', formatProof({ index: INDEX, hashes, checkpoint }))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const readWithGo = () =>
    run('go', ['run', '.', folder, formatVerifierKey(log.key), String(INDEX)], { cwd: READER })

  it('read a checkpoint, tiles and a proof', async () => {
    const { stdout } = await readWithGo()
    expect(stdout).toBe(
      `the checkpoint of ${SIZE} entries is signed by ${ORIGIN}
leaf ${INDEX} is found in the tiles
entry ${INDEX} of ${SIZE} is proven
`,
    )
  })

  it('refuse another entry in its place', async () => {
    await write('entry', entryAt(INDEX + 1))
    await expect(readWithGo()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is of another entry'),
    })
  })
})
