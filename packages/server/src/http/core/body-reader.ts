import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { EprError } from '@epr/model'
import { createTurns } from '../../turns.js'
import type { Budget, Hold } from './budget.js'
import { OverloadError, SlowBodyError } from './error-response.js'

/** The body of a request, decoded: any content type, bounded, as bytes. */
export interface ReceivedBody {
  bytes: Buffer
  /** To be called when the request has been answered: until then its bytes count. */
  release(): void
}

export interface BodyReader {
  /**
   * @param limit of the decoded body, and of each step on the way to it, in bytes
   * @throws EprError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID_ARGUMENT; UNAVAILABLE when there is no room
   */
  read(request: IncomingMessage, limit: number): Promise<ReceivedBody>
}

export interface BodyReaderOptions {
  /** Room for small bodies, which large ones cannot take. */
  small: Budget
  large: Budget
}

/** What may be said in `Content-Encoding`, and in an answer to one who has said something else. */
export const CODINGS = 'gzip, deflate, br'

/** A body that is at most as large has room of its own. */
export const SMALL_BODY_BYTES = 64 * 1024
/** A body of which nothing comes for so long is given up. */
export const SILENT_BODY_MS = 15_000
/** Bodies that are decoded at the same time: each takes a thread. */
const DECODED_AT_ONCE = 2
/** Bytes of large bodies that are read and worked on at the same time; one alone may be larger. */
const IN_WORK_BYTES = 24 * 1024 * 1024

/** RFC 9110, section 8.4.1: `x-gzip` is gzip, and `identity` is nothing. */
const ALIASES: Readonly<Record<string, string>> = { 'x-gzip': 'gzip', identity: '' }
const MAX_CODINGS = 3

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

const NOTHING: ReceivedBody = { bytes: Buffer.alloc(0), release: () => undefined }

function unsupported(coding: string): EprError {
  const problem = `the content-encoding ${JSON.stringify(coding)} is not supported: send ${CODINGS} or none`
  return new EprError('UNSUPPORTED_MEDIA_TYPE', problem)
}

const tooLarge = (limit: number) =>
  new EprError('PAYLOAD_TOO_LARGE', `the body is larger than the ${limit} bytes that this call takes`)

const noRoom = () => new OverloadError('too many bodies are being received: try again')

const cutShort = (cause?: unknown) =>
  new EprError('INVALID_ARGUMENT', 'the body ended before its announced length', { cause })

/**
 * The codings of a body in the order in which they were applied (RFC 9110, section 8.4).
 *
 * @throws EprError UNSUPPORTED_MEDIA_TYPE
 */
export function readCodings(header: string): string[] {
  const codings = header
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .map((coding) => ALIASES[coding] ?? coding)
    .filter((coding) => coding !== '')
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding))
  if (unknown !== undefined) throw unsupported(unknown)
  if (codings.length > MAX_CODINGS) throw unsupported(codings.join(', '))
  return codings
}

/** RFC 9112, section 6.3: without either there is none. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** What is received of a body, and where it counts. */
interface Receipt {
  chunks: Buffer[]
  bytes: number
  hold: Hold | undefined
  /** Bytes that count without a hold: all of it came at once. */
  reserved: number
}

export function createBodyReader({ small, large }: BodyReaderOptions): BodyReader {
  const decoding = createTurns(() => DECODED_AT_ONCE)
  const working = createRoom(IN_WORK_BYTES)

  /** Counts what has come; a body that is no longer small changes its budget. @returns false when there is no room */
  function count(receipt: Receipt, bytes: number, giveUp: (error: EprError) => void): boolean {
    receipt.bytes += bytes
    const onGiveUp = (reason: 'full' | 'stalled') =>
      giveUp(reason === 'full' ? noRoom() : new SlowBodyError())
    if (receipt.bytes <= SMALL_BODY_BYTES) {
      receipt.hold ??= small.hold(onGiveUp)
      return receipt.hold.take(bytes)
    }
    if (receipt.bytes - bytes <= SMALL_BODY_BYTES) {
      receipt.hold?.release()
      receipt.hold = large.hold(onGiveUp)
      return receipt.hold.take(receipt.bytes)
    }
    return receipt.hold?.take(bytes) ?? true
  }

  /** The bytes as they come. The receipt that it resolves with still counts. */
  function receive(request: IncomingMessage, limit: number): Promise<Receipt> {
    const announced = Number(request.headers['content-length'] ?? Number.NaN)
    if (announced > limit) return Promise.reject(tooLarge(limit))
    // Gone while it was found out who sends it: nothing more is heard of it.
    if (request.destroyed) return Promise.reject(cutShort())
    return new Promise((resolve, reject) => {
      const receipt: Receipt = { chunks: [], bytes: 0, hold: undefined, reserved: 0 }
      let isOver = false

      function fail(error: EprError): void {
        if (isOver) return
        isOver = true
        receipt.chunks = []
        receipt.hold?.release()
        reject(error)
      }

      request.on('data', (chunk: Buffer) => {
        if (isOver) return
        receipt.chunks.push(chunk)
        if (chunk.length === announced && announced <= SMALL_BODY_BYTES) {
          // Nearly every request: all of it comes at once.
          receipt.bytes = announced
          if (small.reserve(announced)) receipt.reserved = announced
          else fail(noRoom())
          return
        }
        if (receipt.bytes + chunk.length > limit) return fail(tooLarge(limit))
        if (!count(receipt, chunk.length, fail)) fail(noRoom())
      })
      request.on('end', () => {
        if (isOver) return
        isOver = true
        resolve(receipt)
      })
      request.on('error', (cause) => fail(cutShort(cause)))
      request.on('close', () => {
        // After every request: an error that nobody gets would cost as much as reading the body.
        if (!isOver) fail(cutShort())
      })
    })
  }

  async function decode(
    receipt: Receipt,
    codings: string[],
    limit: number,
    grow: (bytes: number) => boolean,
  ) {
    for (const coding of codings.reverse()) {
      const before = receipt.chunks.reduce((sum, { length }) => sum + length, 0)
      receipt.chunks = await decodeOnce(receipt.chunks, coding, limit, grow)
      grow(-before)
    }
  }

  /** A large body waits for its turn before it is put together, decoded, and worked on. */
  async function toBody(receipt: Receipt, codings: string[], limit: number): Promise<ReceivedBody> {
    const { hold, reserved } = receipt
    if (reserved > 0 && codings.length === 0) {
      return { bytes: receipt.chunks[0] ?? NOTHING.bytes, release: () => small.free(reserved) }
    }
    let leave: () => void = () => undefined
    function release(): void {
      leave()
      hold?.release()
      if (reserved > 0) small.free(reserved)
    }
    // What a small body becomes when it is decoded is not small.
    const decoded = codings.length > 0 ? large.hold(() => undefined) : undefined
    try {
      hold?.pin()
      decoded?.pin()
      if (decoded) {
        const grow = (bytes: number) => decoded.take(bytes)
        await decoding.run(() => decode(receipt, codings, limit, grow))
      }
      const bytes = receipt.chunks.reduce((sum, { length }) => sum + length, 0)
      if (bytes > SMALL_BODY_BYTES) leave = await working.enter(bytes)
      const [only] = receipt.chunks
      const whole = receipt.chunks.length === 1 && only ? only : Buffer.concat(receipt.chunks)
      receipt.chunks = []
      return {
        bytes: whole,
        release() {
          release()
          decoded?.release()
        },
      }
    } catch (error) {
      release()
      decoded?.release()
      throw error
    }
  }

  return {
    async read(request, limit) {
      if (!hasBody(request)) return NOTHING
      const header = request.headers['content-encoding']
      const codings = header === undefined ? [] : readCodings(header)
      return toBody(await receive(request, limit), codings, limit)
    },
  }
}

/** One step of decoding. @param grow counts bytes, and gives false when there is no room for them */
function decodeOnce(
  chunks: Buffer[],
  coding: string,
  limit: number,
  grow: (bytes: number) => boolean,
): Promise<Buffer[]> {
  const decoder = DECODERS[coding]?.()
  if (!decoder) return Promise.resolve(chunks)
  return new Promise((resolve, reject) => {
    const decoded: Buffer[] = []
    let bytes = 0

    function fail(error: EprError): void {
      decoder?.destroy()
      reject(error)
    }

    decoder.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limit) return fail(tooLarge(limit))
      if (!grow(chunk.length)) return fail(noRoom())
      decoded.push(chunk)
    })
    decoder.on('end', () => resolve(decoded))
    decoder.on('error', (cause) => {
      const problem = `the body is not ${coding}, as its content-encoding says`
      fail(new EprError('INVALID_ARGUMENT', problem, { cause }))
    })
    for (const chunk of chunks) decoder.write(chunk)
    decoder.end()
  })
}

/** Room for so many bytes; who finds none waits, in order. One alone may be larger than all of it. */
function createRoom(limit: number): { enter(bytes: number): Promise<() => void> } {
  const waiting: { bytes: number; enter: () => void }[] = []
  let inside = 0
  const fits = (bytes: number) => inside === 0 || inside + bytes <= limit

  function letIn(): void {
    for (let [next] = waiting; next && fits(next.bytes); [next] = waiting) {
      waiting.shift()
      inside += next.bytes
      next.enter()
    }
  }

  return {
    async enter(bytes) {
      if (waiting.length === 0 && fits(bytes)) inside += bytes
      else await new Promise<void>((enter) => waiting.push({ bytes, enter }))
      let isInside = true
      return () => {
        if (!isInside) return
        isInside = false
        inside -= bytes
        letIn()
      }
    },
  }
}
