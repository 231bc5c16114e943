import { describe, expect, it } from 'vitest'
import { EMPTY_ROOT, hashLeaf } from './merkle.js'
import { formatProof, parseProof } from './proof-file.js'
import { makeCheckpoint, makeKey } from './test-keys.js'

const head = { origin: 'epr.example.org/log', size: 70_000, root: EMPTY_ROOT }
const checkpoint = makeCheckpoint(head, [makeKey(head.origin)])
const hashes = [hashLeaf(EMPTY_ROOT), EMPTY_ROOT]
const PROOF = formatProof({ index: 69_999, hashes, checkpoint })

describe('a proof in a file', () => {
  it('is read as it was written', () => {
    expect(PROOF).toMatch(
      /^c2sp\.org\/tlog-proof@v1\nindex 69999\n[\w+/]{43}=\n[\w+/]{43}=\n\nepr\.example\.org\/log\n70000\n/,
    )
    expect(parseProof(PROOF)).toMatchObject({ index: 69_999, hashes, checkpoint, head })
    expect(parseProof(PROOF).extra).toBeUndefined()
  })

  it('may have no hash, and something of whoever made it', () => {
    const extra = Uint8Array.of(1, 2, 3)
    expect(parseProof(formatProof({ index: 0, hashes: [], extra, checkpoint }))).toMatchObject({
      hashes: [],
      extra,
    })
  })

  it.each([
    ['is empty', '', 'begins with c2sp.org/tlog-proof@v1'],
    ['is of another version', PROOF.replace('@v1', '@v2'), 'begins with'],
    ['has no index', PROOF.replace('index 69999\n', ''), 'a line "index N"'],
    [
      'has an index with a zero in front',
      PROOF.replace('69999', '069999'),
      'the index of the proof is not a number',
    ],
    [
      'has a hash that is cut',
      PROOF.replace(/\n[\w+/]{43}=\n\n/, '\nAAAA\n\n'),
      'hash 2 of the proof has 3 bytes: it must have 32',
    ],
    ['has no checkpoint', PROOF.slice(0, PROOF.indexOf('\n\n') + 2), 'a signed note is a text'],
    [
      'has one without a size',
      PROOF.replace('\n70000\n', '\n'),
      'the size of the checkpoint is not a number',
    ],
  ])('that %s is refused', (_, text, problem) => {
    expect(() => parseProof(text)).toThrow(problem)
  })
})
