import { generateKeyPairSync, sign } from 'node:crypto'
import { formatTreeHead, type TreeHead } from './checkpoint.js'
import { formatNote, type NoteSignature, toCosigned, toVerifierKey, type VerifierKey } from './note.js'

/** A key of a log or of a witness, for tests. */
export interface TestKey {
  readonly key: VerifierKey
  /** @param time of a cosigner's, POSIX in seconds */
  sign(text: string, time?: bigint): NoteSignature
}

export function makeKey(name: string, kind: VerifierKey['kind'] = 'signer'): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  const key = toVerifierKey(name, raw, kind)
  return {
    key,
    sign(text, time = 1_764_000_000n) {
      const isCosigner = kind === 'cosigner'
      const message = isCosigner ? toCosigned(text, time) : new TextEncoder().encode(text)
      const stamp = Buffer.alloc(isCosigner ? 8 : 0)
      if (isCosigner) stamp.writeBigUInt64BE(time)
      const bytes = Uint8Array.from(Buffer.concat([stamp, sign(null, message, privateKey)]))
      return { name, keyId: key.id, bytes }
    },
  }
}

/** A checkpoint that is signed by these, the log's key first. */
export function makeCheckpoint(head: TreeHead, keys: readonly TestKey[]): string {
  const text = formatTreeHead(head)
  return formatNote({ text, signatures: keys.map((key) => key.sign(text)) })
}
