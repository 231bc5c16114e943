import { EprError } from '@epr/model'
import { verify } from '@noble/ed25519'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64 } from './bytes.js'
import './ed25519.js'

/** Texts that are signed (C2SP signed-note), and cosigned (C2SP tlog-cosignature). */

export interface NoteSignature {
  /** Of the key: a URL without its scheme, mostly. */
  name: string
  /** Of the key, eight hexadecimal digits. */
  keyId: string
  /** Without the key's id. */
  bytes: Uint8Array
}

export interface Note {
  /** What is signed; ends with a line break. */
  text: string
  signatures: NoteSignature[]
}

/** What a key signs: notes as they are, or checkpoints of others that it has seen, with the time of that. */
export type KeyKind = 'signer' | 'cosigner'

export interface VerifierKey {
  name: string
  /** Eight hexadecimal digits. */
  id: string
  kind: KeyKind
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array
}

/** C2SP signed-note, "Signature types". */
const KINDS: Record<KeyKind, number> = { signer: 0x01, cosigner: 0x04 }
const KEY_BYTES = 32
const ID_BYTES = 4
const SIGNATURE_BYTES = 64
const TIME_BYTES = 8
/** 16 at least must be taken; those of post-quantum keys have 5 kB. */
const MAX_SIGNATURES = 64
const MAX_NOTE_CHARS = 1_000_000

/** What UTF-8 has no form for. */
const LONE_SURROGATE = /\p{Surrogate}/u
/** `\s` has all spaces of Unicode but for one that is a control character. */
const NAME = /^[^\s\u0085+]+$/u
const SIGNATURE = /^— ([^ ]+) ([^ ]+)$/u

const bad = (problem: string) => new EprError('INVALID_ARGUMENT', problem)

/** Below U+0020, but for line breaks. */
function hasControls(text: string): boolean {
  for (const char of text) if (char < ' ' && char !== '\n') return true
  return false
}

function assertName(name: string): void {
  if (!NAME.test(name))
    throw bad(`a key's name must not be empty, or hold spaces or "+": ${JSON.stringify(name.slice(0, 100))}`)
}

function parseSignature(line: string): NoteSignature {
  const [, name, text] = SIGNATURE.exec(line) ?? []
  if (name === undefined || text === undefined || !NAME.test(name))
    throw bad(`a line of signatures must be "— NAME BASE64": ${JSON.stringify(line.slice(0, 100))}`)
  const bytes = fromBase64(text, `the signature of ${name}`)
  if (bytes.length <= ID_BYTES) throw bad(`the signature of ${name} is too short`)
  return { name, keyId: bytesToHex(bytes.subarray(0, ID_BYTES)), bytes: bytes.subarray(ID_BYTES) }
}

/** Reads a signed note; nothing in it is known to be true yet. @throws EprError INVALID_ARGUMENT */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_CHARS) throw bad(`a note must not be longer than ${MAX_NOTE_CHARS} characters`)
  if (hasControls(note) || LONE_SURROGATE.test(note)) throw bad('a note must not hold control characters')
  const at = note.lastIndexOf('\n\n')
  if (at < 0 || !note.endsWith('\n') || at + 2 === note.length)
    throw bad('a signed note is a text, an empty line, and lines of signatures')
  const lines = note.slice(at + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) throw bad(`a note must not have more than ${MAX_SIGNATURES} signatures`)
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) }
}

const formatSignature = ({ name, keyId, bytes }: NoteSignature): string =>
  `— ${name} ${toBase64(concatBytes(hexToBytes(keyId), bytes))}\n`

export const formatNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(formatSignature).join('')}`

/** The key of an Ed25519 key pair, as others know it. @throws EprError INVALID_ARGUMENT for a name that cannot be one */
export function toVerifierKey(name: string, publicKey: Uint8Array, kind: KeyKind = 'signer'): VerifierKey {
  assertName(name)
  const typed = concatBytes(Uint8Array.of(KINDS[kind]), publicKey)
  const id = bytesToHex(sha256(concatBytes(utf8ToBytes(`${name}\n`), typed)).subarray(0, ID_BYTES))
  return { name, id, kind, publicKey }
}

/** `example.com/log+033de0ae+Ac4zct…` */
export const formatVerifierKey = ({ name, id, kind, publicKey }: VerifierKey): string =>
  `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(KINDS[kind]), publicKey))}`

/** @throws EprError INVALID_ARGUMENT */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? []
  if (name === undefined || id === undefined || key === undefined)
    throw bad(`a key must be like example.com/log+033de0ae+Ac4z…: ${JSON.stringify(text.slice(0, 100))}`)
  const bytes = fromBase64(key, `the key ${name}`)
  const kind = bytes[0] === KINDS.signer ? 'signer' : bytes[0] === KINDS.cosigner ? 'cosigner' : undefined
  if (!kind || bytes.length !== KEY_BYTES + 1)
    throw bad(`the key ${name} is none of Ed25519, which are those that are known here`)
  const read = toVerifierKey(name, bytes.subarray(1), kind)
  if (read.id !== id)
    throw bad(`the key ${name} has the id ${read.id}, and says ${id}: it was changed or cut`)
  return read
}

/** What a note says of a key: that it has signed, and when it says that it did; or that it has not; or something that is not true. */
export type Verdict = { state: 'good'; time?: number } | { state: 'absent' } | { state: 'bad' }

/** What a cosigner signs of a checkpoint. @param time POSIX, in seconds */
export const toCosigned = (text: string, time: bigint): Uint8Array =>
  utf8ToBytes(`cosignature/v1\ntime ${time}\n${text}`)

function isSignedBy(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    // As RFC 8032 has it, and no laxer: others would refuse what only we take.
    return verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

function judge({ bytes }: NoteSignature, text: string, { kind, publicKey }: VerifierKey): Verdict {
  if (kind === 'signer') {
    const isGood = bytes.length === SIGNATURE_BYTES && isSignedBy(publicKey, bytes, utf8ToBytes(text))
    return { state: isGood ? 'good' : 'bad' }
  }
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return { state: 'bad' }
  const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  const isGood = isSignedBy(publicKey, bytes.subarray(TIME_BYTES), toCosigned(text, time))
  return isGood ? { state: 'good', time: Number(time) } : { state: 'bad' }
}

/** Whether a key has signed a note. Of several signatures of one key all must be good. */
export function verdictOf({ text, signatures }: Note, key: VerifierKey): Verdict {
  const verdicts = signatures
    .filter(({ name, keyId }) => name === key.name && keyId === key.id)
    .map((signature) => judge(signature, text, key))
  return verdicts.find(({ state }) => state === 'bad') ?? verdicts[0] ?? { state: 'absent' }
}
