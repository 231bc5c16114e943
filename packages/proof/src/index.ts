export { fromBase64, toBase64 } from './bytes.js'
export { type Checkpoint, formatTreeHead, parseCheckpoint, type TreeHead } from './checkpoint.js'
export {
  type Consistency,
  EMPTY_ROOT,
  HASH_BYTES,
  hashLeaf,
  hashNode,
  type Inclusion,
  isConsistent,
  isIncluded,
} from './merkle.js'
export {
  formatNote,
  formatVerifierKey,
  type KeyKind,
  type Note,
  type NoteSignature,
  parseNote,
  parseVerifierKey,
  toCosigned,
  toVerifierKey,
  type Verdict,
  type VerifierKey,
  verdictOf,
} from './note.js'
export { type Judgement, judgeCheckpoint, type Policy, parsePolicy, type Quorum, trustLog } from './policy.js'
export { formatProof, type LogProof, parseProof } from './proof-file.js'
export {
  createTree,
  entriesPath,
  type ReadTile,
  TILE_WIDTH,
  type Tile,
  type Tree,
  tilePath,
} from './tiles.js'
