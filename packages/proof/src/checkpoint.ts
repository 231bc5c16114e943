import { EprError } from '@epr/model'
import { fromBase64, readCount, toBase64 } from './bytes.js'
import { HASH_BYTES } from './merkle.js'
import { type Note, parseNote } from './note.js'

/** The head of a log at some moment (C2SP tlog-checkpoint). */
export interface TreeHead {
  /** What the log is called, for ever. */
  origin: string
  /** In entries. */
  size: number
  root: Uint8Array
}

export interface Checkpoint extends TreeHead {
  note: Note
}

/** What is signed of a head. */
export const formatTreeHead = ({ origin, size, root }: TreeHead): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`

/** Reads a checkpoint; nothing in it is known to be true yet. @throws EprError INVALID_ARGUMENT */
export function parseCheckpoint(text: string): Checkpoint {
  const note = parseNote(text)
  const [origin = '', size = '', root = '', ...extensions] = note.text.slice(0, -1).split('\n')
  if (origin === '' || extensions.includes(''))
    throw new EprError('INVALID_ARGUMENT', 'a checkpoint is an origin, a size and a root, each in a line')
  return {
    origin,
    size: readCount(size, 'the size of the checkpoint'),
    root: fromBase64(root, 'the root of the checkpoint', HASH_BYTES),
    note,
  }
}
