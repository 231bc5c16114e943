import { EprError } from '@epr/model'
import { EMPTY_ROOT, HASH_BYTES, hashNode } from './merkle.js'

/** Trees whose hashes are kept in tiles (C2SP tlog-tiles), 256 beside each other. */

export const TILE_WIDTH = 256
const TILE_HEIGHT = 8

/** Hashes of one level of a tree. */
export interface Tile {
  /** 0 has leaves; each hash of level 1 is the root of a tile of level 0. */
  level: number
  index: number
  /** How many hashes: 256 for one that is full. */
  width: number
}

/** `1234067` as `x001/x234/067`. */
function toPath(index: number): string {
  const groups = [String(index % 1_000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(`x${String(rest % 1_000).padStart(3, '0')}`)
  return groups.join('/')
}

const toWidth = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`)

/** Below the log's own: `tile/0/x001/234.p/56`. */
export const tilePath = ({ level, index, width }: Tile): string =>
  `tile/${level}/${toPath(index)}${toWidth(width)}`

/** Where the entries stand whose leaves a tile of level 0 has. */
export const entriesPath = ({ index, width }: Omit<Tile, 'level'>): string =>
  `tile/entries/${toPath(index)}${toWidth(width)}`

/** Gives the hashes of a tile, one behind the other. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>

/** A tree of a size, of which only what is asked for is read. */
export interface Tree {
  readonly size: number
  root(): Promise<Uint8Array>
  /** From the leaf's sibling to the root's child. @throws EprError INVALID_ARGUMENT for an index beyond the size */
  inclusionProof(index: number): Promise<Uint8Array[]>
  /** That it holds all that the tree of this size did. @throws EprError INVALID_ARGUMENT for a size beyond this one's */
  consistencyProof(from: number): Promise<Uint8Array[]>
}

/** The largest power of two below a count of at least 2. */
function splitOf(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

const isWhole = (count: number): boolean => Number.isInteger(Math.log2(count))

export function createTree(size: number, readTile: ReadTile): Tree {
  const tiles = new Map<string, Promise<Uint8Array>>()

  function tileAt(level: number, index: number): Promise<Uint8Array> {
    const hashes = Math.floor(size / TILE_WIDTH ** level)
    const tile = { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) }
    const path = tilePath(tile)
    const known = tiles.get(path) ?? readWhole(tile, path)
    tiles.set(path, known)
    return known
  }

  async function readWhole(tile: Tile, path: string): Promise<Uint8Array> {
    const bytes = await readTile(tile)
    if (bytes.length === tile.width * HASH_BYTES) return bytes
    throw new EprError(
      'INVALID_ARGUMENT',
      `${path} has ${bytes.length} bytes: it must have ${tile.width * HASH_BYTES}`,
    )
  }

  /** The root of a whole subtree: the `index`th of 2^height leaves. */
  async function wholeHash(height: number, index: number): Promise<Uint8Array> {
    const level = Math.floor(height / TILE_HEIGHT)
    const count = 2 ** (height % TILE_HEIGHT)
    const first = index * count
    const tile = await tileAt(level, Math.floor(first / TILE_WIDTH))
    const from = first % TILE_WIDTH
    let hashes = Array.from({ length: count }, (_, at) =>
      tile.subarray((from + at) * HASH_BYTES, (from + at + 1) * HASH_BYTES),
    )
    while (hashes.length > 1)
      hashes = Array.from({ length: hashes.length / 2 }, (_, at) =>
        hashNode(hashes[2 * at] ?? EMPTY_ROOT, hashes[2 * at + 1] ?? EMPTY_ROOT),
      )
    return hashes[0] ?? EMPTY_ROOT
  }

  /** MTH(D[from:to]) of RFC 6962. */
  async function hashOf(from: number, to: number): Promise<Uint8Array> {
    const count = to - from
    if (count === 0) return EMPTY_ROOT
    if (isWhole(count)) return wholeHash(Math.log2(count), from / count)
    const middle = from + splitOf(count)
    const [left, right] = await Promise.all([hashOf(from, middle), hashOf(middle, to)])
    return hashNode(left, right)
  }

  /** PATH(m, D[n]) of RFC 6962. */
  async function pathOf(index: number, from: number, to: number): Promise<Uint8Array[]> {
    if (to - from === 1) return []
    const middle = from + splitOf(to - from)
    const isLeft = index < middle
    const [path, sibling] = await Promise.all([
      isLeft ? pathOf(index, from, middle) : pathOf(index, middle, to),
      isLeft ? hashOf(middle, to) : hashOf(from, middle),
    ])
    return [...path, sibling]
  }

  /** SUBPROOF(m, D[n], b) of RFC 6962. @param isOld whether all of it is the earlier tree, whose root is known */
  async function subproof(until: number, from: number, to: number, isOld: boolean): Promise<Uint8Array[]> {
    if (until === to) return isOld ? [] : [await hashOf(from, to)]
    const middle = from + splitOf(to - from)
    const isLeft = until <= middle
    const [rest, sibling] = await Promise.all([
      isLeft ? subproof(until, from, middle, isOld) : subproof(until, middle, to, false),
      isLeft ? hashOf(middle, to) : hashOf(from, middle),
    ])
    return [...rest, sibling]
  }

  function assertWithin(count: number, most: number, what: string): void {
    if (Number.isSafeInteger(count) && count >= 0 && count <= most) return
    throw new EprError('INVALID_ARGUMENT', `${what} ${count} is not in a log of ${size} entries`)
  }

  return {
    size,
    root: () => hashOf(0, size),
    async inclusionProof(index) {
      assertWithin(index, size - 1, 'index')
      return pathOf(index, 0, size)
    },
    async consistencyProof(from) {
      assertWithin(from, size, 'size')
      return from === 0 ? [] : subproof(from, 0, size, true)
    },
  }
}
