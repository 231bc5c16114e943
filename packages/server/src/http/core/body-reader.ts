import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { EprError } from '@epr/model'
import express from 'express'

/** Reads the body of a request, decoded: any content type, bounded, as bytes. */
export type BodyReader = (request: IncomingMessage, response: ServerResponse) => Promise<Buffer>

/** What may be said in `Content-Encoding`, and in an answer to one who has said something else. */
export const CODINGS = 'gzip, deflate, br'

/** RFC 9110, section 8.4.1: `x-gzip` is gzip, and `identity` is nothing. */
const ALIASES: Readonly<Record<string, string>> = { 'x-gzip': 'gzip', identity: '' }
const MAX_CODINGS = 3

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

function unsupported(coding: string): EprError {
  const problem = `the content-encoding ${JSON.stringify(coding)} is not supported: send ${CODINGS} or none`
  return new EprError('UNSUPPORTED_MEDIA_TYPE', problem)
}

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

async function decodeOnce(body: Buffer, coding: string, limit: number): Promise<Buffer> {
  try {
    return (await DECODERS[coding]?.(body, { maxOutputLength: limit })) ?? body
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const problem = 'the body is larger than this server accepts (--max-body-bytes)'
      throw new EprError('PAYLOAD_TOO_LARGE', problem, { cause })
    }
    throw new EprError('INVALID_ARGUMENT', `the body is not ${coding}, as its content-encoding says`, {
      cause,
    })
  }
}

/** RFC 9112, section 6.3: without either there is none. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** @param maxBodyBytes of the decoded body, and of each step on the way to it */
export function createBodyReader(maxBodyBytes: number): BodyReader {
  // Express's own reader, on both ways in. It decodes what was applied last, while it reads.
  const readRaw = express.raw({ type: () => true, limit: maxBodyBytes })

  const readStream: BodyReader = (request, response) =>
    new Promise((resolve, reject) => {
      readRaw(request, response, (error) => {
        if (error) return reject(error)
        const { body } = request as { body?: unknown }
        resolve(Buffer.isBuffer(body) ? body : Buffer.alloc(0))
      })
    })

  return async (request, response) => {
    const header = request.headers['content-encoding']
    if (header === undefined || !hasBody(request)) return readStream(request, response)
    const codings = readCodings(header)
    request.headers['content-encoding'] = codings.pop() ?? 'identity'
    let body = await readStream(request, response)
    for (const coding of codings.reverse()) body = await decodeOnce(body, coding, maxBodyBytes)
    return body
  }
}
