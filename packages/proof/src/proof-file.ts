import { EprError } from '@epr/model'
import { fromBase64, readCount, toBase64 } from './bytes.js'
import { type Checkpoint, parseCheckpoint } from './checkpoint.js'
import { HASH_BYTES } from './merkle.js'

/** That an entry is in a log, to be checked without it (C2SP tlog-proof): files end with `.tlog-proof`. */
export interface LogProof {
  /** Of the entry, from 0. */
  index: number
  /** From the leaf's sibling to the root's child. */
  hashes: Uint8Array[]
  /** Of whoever made the file; nothing vouches for it. */
  extra?: Uint8Array | undefined
  /** As the log has signed it. */
  checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 entries has no more levels. */
const MAX_HASHES = 53

export function formatProof({ index, hashes, extra, checkpoint }: LogProof): string {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(toBase64),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** Reads a proof; nothing in it is known to be true yet. @throws EprError INVALID_ARGUMENT */
export function parseProof(text: string): LogProof & { head: Checkpoint } {
  const end = text.indexOf('\n\n')
  const [header, ...lines] = text.slice(0, Math.max(0, end)).split('\n')
  if (header !== HEADER)
    throw new EprError(
      'INVALID_ARGUMENT',
      `a proof begins with ${HEADER}, and has a checkpoint behind an empty line`,
    )
  const extra = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined
  const [index = '', ...hashes] = lines
  if (!index.startsWith('index '))
    throw new EprError('INVALID_ARGUMENT', 'a proof has a line "index N" before its hashes')
  if (hashes.length > MAX_HASHES)
    throw new EprError(
      'INVALID_ARGUMENT',
      `a proof has at most ${MAX_HASHES} hashes, and this one ${hashes.length}`,
    )
  const checkpoint = text.slice(end + 2)
  return {
    index: readCount(index.slice('index '.length), 'the index of the proof'),
    hashes: hashes.map((hash, at) => fromBase64(hash, `hash ${at + 1} of the proof`, HASH_BYTES)),
    extra: extra === undefined ? undefined : fromBase64(extra, 'what the proof has as extra'),
    checkpoint,
    head: parseCheckpoint(checkpoint),
  }
}
