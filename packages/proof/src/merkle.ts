import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { areEqual } from './bytes.js'

/** Merkle trees as RFC 6962, section 2.1, has them, with SHA-256; checks as RFC 9162, sections 2.1.3.2 and 2.1.4.2. */

export const HASH_BYTES = 32

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** The hash of an entry as a leaf. */
export const hashLeaf = (entry: Uint8Array): Uint8Array => sha256(concatBytes(LEAF, entry))

/** The hash of what stands above two hashes. */
export const hashNode = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(NODE, left, right))

/** The root of a tree without a leaf. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array())

/** Sizes are up to 2^53, which shifts of 32 bits would break. */
const half = (count: number): number => Math.floor(count / 2)
const isOdd = (count: number): boolean => count % 2 === 1

export interface Inclusion {
  /** Of the leaf, from 0. */
  index: number
  /** Of the tree, in leaves. */
  size: number
  leaf: Uint8Array
  root: Uint8Array
  /** From the leaf's sibling to the root's child. */
  proof: readonly Uint8Array[]
}

/** Whether a leaf stands at its index in the tree of this root. */
export function isIncluded({ index, size, leaf, root, proof }: Inclusion): boolean {
  if (index < 0 || index >= size) return false
  let [place, last] = [index, size - 1]
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(place) || place === last) {
      hash = hashNode(sibling, hash)
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)]
    } else hash = hashNode(hash, sibling)
    place = half(place)
    last = half(last)
  }
  return last === 0 && areEqual(hash, root)
}

export interface Consistency {
  from: { size: number; root: Uint8Array }
  to: { size: number; root: Uint8Array }
  proof: readonly Uint8Array[]
}

/** Whether a tree holds all that an earlier one did, in the same order, and more behind it. */
export function isConsistent({ from, to, proof }: Consistency): boolean {
  if (from.size > to.size) return false
  if (from.size === to.size) return proof.length === 0 && areEqual(from.root, to.root)
  if (from.size === 0) return proof.length === 0 && areEqual(from.root, EMPTY_ROOT)
  let [place, last] = [from.size - 1, to.size - 1]
  while (isOdd(place)) [place, last] = [half(place), half(last)]
  // A whole tree stands in the later one as it is, and is left out of the proof.
  const [first, ...rest] = place === 0 ? [from.root, ...proof] : proof
  if (!first) return false
  let [before, after] = [first, first]
  for (const hash of rest) {
    if (last === 0) return false
    if (isOdd(place) || place === last) {
      before = hashNode(hash, before)
      after = hashNode(hash, after)
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)]
    } else after = hashNode(after, hash)
    place = half(place)
    last = half(last)
  }
  return last === 0 && areEqual(before, from.root) && areEqual(after, to.root)
}
