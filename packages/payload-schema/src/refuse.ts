import { EprError, shorten } from '@epr/model'

/** Ends the work on a schema that events cannot be held to. */
export function refuse(reason: string, details: readonly string[] = [reason]): never {
  throw new EprError('INVALID_ARGUMENT', reason, { details })
}

/** A stranger's text inside a sentence: quoted, on one line, and short. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text, 201))
}

/** A stack that overflows is the one thing that a stranger's JSON can do to a linear walk. */
export function reasonOf(failure: unknown): string {
  if (failure instanceof RangeError) return 'it nests too deep'
  return failure instanceof Error ? failure.message : String(failure)
}
