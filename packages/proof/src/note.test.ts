import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  formatNote,
  formatVerifierKey,
  type Note,
  parseNote,
  parseVerifierKey,
  toCosigned,
  toVerifierKey,
  verdictOf,
} from './note.js'

/** The example of Go's golang.org/x/mod/sumdb/note. */
const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

const publicBytes = (key: KeyObject): Uint8Array =>
  Uint8Array.from(key.export({ type: 'spki', format: 'der' }).subarray(-32))

describe('a signed note', () => {
  it('of Go is read, written again and verified', () => {
    const key = parseVerifierKey(GO_KEY)
    const note = parseNote(GO_NOTE)
    expect(verdictOf(note, key)).toEqual({ state: 'good' })
    expect(formatNote(note)).toBe(GO_NOTE)
    expect(formatVerifierKey(key)).toBe(GO_KEY)
  })

  it('with another text is contradicted, and without a signature of a key says nothing of it', () => {
    const key = parseVerifierKey(GO_KEY)
    const changed = parseNote(GO_NOTE.replace('the answer', 'an answer'))
    expect(verdictOf(changed, key)).toEqual({ state: 'bad' })
    const other = toVerifierKey('PeterNeumann', new Uint8Array(32).fill(1))
    expect(verdictOf(parseNote(GO_NOTE), other)).toEqual({ state: 'absent' })
  })

  it('is cosigned with a time that cannot be changed', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const key = toVerifierKey('witness.example.org/w1', publicBytes(publicKey), 'cosigner')
    const text = 'example.org/log\n7\nAAAA\n'
    const signed = sign(null, toCosigned(text, 1_764_000_000n), privateKey)
    const withTime = (time: bigint): Note => {
      const bytes = Buffer.alloc(8 + 64)
      bytes.writeBigUInt64BE(time)
      signed.copy(bytes, 8)
      return { text, signatures: [{ name: key.name, keyId: key.id, bytes }] }
    }
    expect(verdictOf(withTime(1_764_000_000n), key)).toEqual({ state: 'good', time: 1_764_000_000 })
    expect(verdictOf(withTime(1_764_000_001n), key)).toEqual({ state: 'bad' })
    expect(verdictOf(parseNote(formatNote(withTime(1_764_000_000n))), key)).toMatchObject({ state: 'good' })
  })

  it.each([
    ['is empty', '', 'a signed note is a text'],
    ['has no signature', 'text\n', 'a signed note is a text'],
    ['ends in the middle', GO_NOTE.slice(0, -1), 'a signed note is a text'],
    ['has a control character', GO_NOTE.replace('think', 'th\rnk'), 'control characters'],
    ['has another dash', GO_NOTE.replace('—', '-'), '— NAME BASE64'],
    ['has a signature that is not Base64', GO_NOTE.replace('x08go/', 'x08go_'), 'is not Base64'],
    ['has one that is too short', GO_NOTE.replace(/x08go.*/, 'x08gow=='), 'is too short'],
  ])('that %s is refused', (_, text, problem) => {
    expect(() => parseNote(text)).toThrow(problem)
  })

  it.each([
    ['without parts', 'PeterNeumann', 'must be like'],
    ['with another id', GO_KEY.replace('c74f20a3', 'c74f20a4'), 'it was changed or cut'],
    ['that is cut', GO_KEY.slice(0, -4), 'none of Ed25519'],
    ['of an algorithm that is not known', GO_KEY.replace('+ARpc', '+Ahpc'), 'none of Ed25519'],
  ])('is not verified with a key %s', (_, text, problem) => {
    expect(() => parseVerifierKey(text)).toThrow(problem)
  })
})
