import type { ServerResponse } from 'node:http'
import { yieldTurn } from '../../turns.js'
import type { Budget, GiveUp } from './budget.js'
import { OverloadError } from './error-response.js'
import type { SharedBytes, SharedPart, StreamPiece } from './stream-piece.js'

/** Writes answers as their clients take them, and counts what they have not taken. */
export interface AnswerWriter {
  /**
   * Begins to send an answer whose size is known. One that is not taken is cut.
   *
   * @throws EprError UNAVAILABLE when there is no room for it: then nothing is sent
   */
  send(response: ServerResponse, status: number, headers: string[], text: AnswerText): Promise<void>
  /**
   * Makes an answer that may be a whole page, when there would be room for it.
   *
   * @throws EprError UNAVAILABLE when there is none
   */
  withRoom<Answer>(make: () => Promise<Answer>): Promise<Answer>
  /** Whether there were answers of more than 1 MiB a moment ago. */
  readonly isLongLately: boolean
  /** Sends a part of what comes by and by. */
  write(response: ServerResponse, piece: StreamPiece): Promise<Written>
}

/** A text, the parts of a long one, or bytes. */
type AnswerText = string | readonly string[] | Buffer

/** What has become of a piece: its client has it, has gone, or is given up; then whether it was written whole. */
export type Written = 'taken' | 'gone' | { reason: 'full' | 'stalled'; isWhole: boolean }

/** A client that takes nothing for so long is given up. */
export const STALLED_MS = 30_000
/** At most as much is with a client at a time, beside what the system's buffers hold. */
const SLICE_BYTES = 64 * 1024
/** What is made of a long answer before others have their turn. */
const TURN_CHARS = 2 * 1024 * 1024
const LONG_BYTES = 1024 * 1024
const LATELY_MS = 10_000
/** What is short is written at once, and counts only when its client does not take it. */
const SHORT_CHARS = 64 * 1024

const tooMuchWaits = () =>
  new OverloadError('too many answers wait for their clients to take them: try again')

/** Resolves when the client takes more, is gone or is given up. @param onWake gets what to call in the last case */
function drained(response: ServerResponse, onWake?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
    onWake?.(done)
  })
}

/** Bytes of one buffer that any number of streams may hold. */
export function createSharedBytes(waiting: Budget, bytes: number): SharedBytes {
  const joined = new Set<GiveUp>()
  let hold: ReturnType<Budget['hold']> | undefined

  function giveUpAll(reason: 'full' | 'stalled'): void {
    hold = undefined
    const all = [...joined]
    joined.clear()
    for (const giveUp of all) giveUp(reason)
  }

  return {
    join(giveUp) {
      joined.add(giveUp)
      if (!hold) {
        hold = waiting.hold(giveUpAll)
        if (!hold.take(bytes)) giveUpAll('full')
      }
      return {
        progressed: () => hold?.progressed(),
        leave() {
          joined.delete(giveUp)
          if (joined.size > 0) return
          hold?.release()
          hold = undefined
        },
      }
    },
  }
}

/** Parts that are short together as one text. */
function joinShort(parts: readonly string[]): AnswerText {
  let chars = 0
  for (const part of parts) chars += part.length
  return chars <= SHORT_CHARS ? parts.join('') : parts
}

const toSlices = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / SLICE_BYTES) }, (_, at) =>
    bytes.subarray(at * SLICE_BYTES, (at + 1) * SLICE_BYTES),
  )

/** The parts as bytes, in slices of a size that can be written at once; between some of them others have their turn. */
async function toBuffers(parts: readonly string[]): Promise<Buffer[]> {
  const slices: Buffer[] = []
  let short = ''
  let chars = 0

  function add(text: string): void {
    slices.push(...toSlices(Buffer.from(text)))
  }

  for (const part of parts) {
    short += part
    if (short.length < SLICE_BYTES) continue
    chars += short.length
    add(short)
    short = ''
    if (chars < TURN_CHARS) continue
    chars = 0
    await yieldTurn()
  }
  add(short)
  return slices
}

/** Writes as fast as the client takes it. */
async function pump(response: ServerResponse, slices: Buffer[], progressed: () => void): Promise<void> {
  for (let next = slices.shift(); next && !response.destroyed; next = slices.shift()) {
    if (!response.write(next)) await drained(response)
    progressed()
  }
  response.end()
}

/** @param maxPageBytes what a page may have */
export function createAnswerWriter(waiting: Budget, maxPageBytes: number): AnswerWriter {
  /** Counts what the system did not take of an answer that is written. */
  function watchRest(response: ServerResponse): void {
    const hold = waiting.hold(() => response.destroy())
    response.once('close', hold.release)
    if (!hold.take(response.writableLength)) response.destroy()
  }

  let longAt = Number.NEGATIVE_INFINITY

  return {
    get isLongLately() {
      return performance.now() - longAt < LATELY_MS
    },
    async withRoom(make) {
      const room = waiting.hold(() => undefined)
      if (!room.take(maxPageBytes)) throw tooMuchWaits()
      room.pin()
      return make().finally(room.release)
    },
    async send(response, status, headers, given) {
      const text = typeof given === 'string' || Buffer.isBuffer(given) ? given : joinShort(given)
      if ((typeof text === 'string' || Buffer.isBuffer(text)) && text.length <= SHORT_CHARS) {
        headers.push('content-length', String(Buffer.byteLength(text)))
        response.writeHead(status, headers).end(text)
        if (response.writableLength > 0) watchRest(response)
        return
      }
      const buffers = Buffer.isBuffer(text)
        ? toSlices(text)
        : await toBuffers(typeof text === 'string' ? [text] : text)
      // Gone meanwhile: nobody would take back what is counted from here on.
      if (response.destroyed) return
      const length = buffers.reduce((sum, { length }) => sum + length, 0)
      if (length > LONG_BYTES) longAt = performance.now()
      const hold = waiting.hold(() => response.destroy())
      if (!hold.take(length)) throw tooMuchWaits()
      response.once('close', hold.release)
      response.writeHead(status, [...headers, 'content-length', String(length)])
      // Not waited for: whoever waits holds the texts that the bytes are made of.
      pump(response, buffers, hold.progressed).catch((error: Error) => response.destroy(error))
    },
    async write(response, { bytes, held = createSharedBytes(waiting, bytes.length) }) {
      let reason: 'full' | 'stalled' | undefined
      let wake: () => void = () => undefined
      let part: SharedPart | undefined
      function giveUp(why: 'full' | 'stalled'): void {
        reason = why
        wake()
      }
      let at = 0
      while (at < bytes.length && !reason && !response.destroyed) {
        const isTaken = response.write(bytes.subarray(at, at + SLICE_BYTES))
        at += SLICE_BYTES
        if (isTaken) continue
        // Only one who does not keep up holds anything.
        part ??= held.join(giveUp)
        if (!reason)
          await drained(response, (wakeUp) => {
            wake = wakeUp
          })
        part.progressed()
      }
      part?.leave()
      if (response.destroyed) return 'gone'
      return reason ? { reason, isWhole: at >= bytes.length } : 'taken'
    },
  }
}
