import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EMPTY_ROOT, hashLeaf, hashNode, isConsistent, isIncluded } from './merkle.js'
import { createTree, type ReadTile, TILE_WIDTH } from './tiles.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

/** Certificate Transparency's own: of its reference implementation (merkletree tests), as other implementations have them. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** MTH of RFC 6962, section 2.1, word for word. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (!only) return EMPTY_ROOT
  if (leaves.length === 1) return only
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return hashNode(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

/** Tiles of leaves, made anew for each that is read. */
const tilesOf =
  (leaves: readonly Uint8Array[]): ReadTile =>
  async ({ level, index, width }) => {
    const span = TILE_WIDTH ** level
    const hashes = Array.from({ length: width }, (_, at) => {
      const from = (index * TILE_WIDTH + at) * span
      return rootOf(leaves.slice(from, from + span))
    })
    return Uint8Array.from(Buffer.concat(hashes))
  }

const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, at) => hashLeaf(new TextEncoder().encode(`entry ${at}`)))

it('has the roots that Certificate Transparency has', async () => {
  const leaves = LEAVES.map((leaf) => hashLeaf(bytes(leaf)))
  for (const [size, root] of ROOTS.entries())
    expect(hex(await createTree(size, tilesOf(leaves.slice(0, size))).root())).toBe(root)
})

describe('a tree', () => {
  // More than a tile of level 1 has leaves below each of its hashes.
  const leaves = leavesOf(700)

  it('proves each leaf, and no other one in its place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: leaves.length }),
        fc.nat(),
        fc.nat(),
        async (size, some, other) => {
          const index = some % size
          const tree = createTree(size, tilesOf(leaves.slice(0, size)))
          const [root, proof] = [await tree.root(), await tree.inclusionProof(index)]
          const leaf = leaves[index] ?? EMPTY_ROOT
          expect(root).toEqual(rootOf(leaves.slice(0, size)))
          expect(isIncluded({ index, size, leaf, root, proof })).toBe(true)
          const wrong = other % (size + 1)
          if (wrong !== index) expect(isIncluded({ index: wrong, size, leaf, root, proof })).toBe(false)
          expect(isIncluded({ index, size, leaf: hashLeaf(leaf), root, proof })).toBe(false)
          expect(isIncluded({ index, size, leaf, root, proof: [...proof, root] })).toBe(false)
          if (proof.length > 0)
            expect(isIncluded({ index, size, leaf, root, proof: proof.slice(1) })).toBe(false)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('proves that it holds what it held before, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: leaves.length }),
        fc.nat(),
        fc.nat(),
        async (size, some, place) => {
          const before = some % (size + 1)
          const tree = createTree(size, tilesOf(leaves.slice(0, size)))
          const proof = await tree.consistencyProof(before)
          const from = { size: before, root: rootOf(leaves.slice(0, before)) }
          const to = { size, root: await tree.root() }
          expect(isConsistent({ from, to, proof })).toBe(true)
          if (before === 0) return
          const changed = leaves.slice(0, before).with(place % before, EMPTY_ROOT)
          expect(isConsistent({ from: { size: before, root: rootOf(changed) }, to, proof })).toBe(false)
          expect(isConsistent({ from, to: { size, root: EMPTY_ROOT }, proof })).toBe(false)
          expect(isConsistent({ from: to, to: from, proof })).toBe(before === size)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('says what is not in it, and what is cut', async () => {
    const tree = createTree(3, tilesOf(leaves.slice(0, 3)))
    await expect(tree.inclusionProof(3)).rejects.toThrow('index 3 is not in a log of 3 entries')
    await expect(tree.consistencyProof(4)).rejects.toThrow('size 4 is not in a log of 3 entries')
    const cut = createTree(3, async () => new Uint8Array(64))
    await expect(cut.root()).rejects.toThrow('tile/0/000.p/3 has 64 bytes: it must have 96')
  })
})
