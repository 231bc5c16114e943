import type { GiveUp } from './budget.js'

/** A part of a stream. */
export interface StreamPiece {
  bytes: Buffer
  /** What is held for as long as its client has not taken it; the piece itself when absent. */
  held?: SharedBytes
}

/** Bytes that several streams hold, and that count once. */
export interface SharedBytes {
  join(giveUp: GiveUp): SharedPart
}

export interface SharedPart {
  progressed(): void
  leave(): void
}
