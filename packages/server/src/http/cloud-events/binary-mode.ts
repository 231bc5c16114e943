import type { IncomingHttpHeaders } from 'node:http'
import { EprError, stringifyJson, toJsonText } from '@epr/model'
import { parseJsonBody } from '../core/json-body.js'

/** A CloudEvent in binary mode: attributes in headers, data in the body (HTTP binding 1.0.2, section 3.1). */

const PREFIX = 'ce-'
const JSON_TYPE = /^(application|text)\/json$|\+json$/
const TEXT_TYPE = /^text\/|^application\/xml$|\+xml$/
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-?8|us-ascii)/i

/** `application/json` of `Application/JSON; charset=utf-8`. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Section 3.1.3.2: quotes and their backslashes go first, then one round of percent-decoding. */
function decodeHeader(name: string, value: string): string {
  const quoted = /^"(.*)"$/s.exec(value)?.[1]
  const text = quoted === undefined ? value : quoted.replace(/\\(.)/gs, '$1')
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent)
  } catch (cause) {
    throw new EprError('INVALID_ARGUMENT', `${name} is percent-encoded, but not as UTF-8`, { cause })
  }
}

function toText(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

/** The body as the JSON format has it (section 3.1): JSON as it was sent, text as a string, all else as base64. */
function toData(contentType: string | undefined, body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {}
  const mediaType = mediaTypeOf(contentType)
  if (mediaType === '' || JSON_TYPE.test(mediaType)) {
    return { data: toJsonText(parseJsonBody(body).text) }
  }
  const isText = TEXT_TYPE.test(mediaType) && !OTHER_CHARSET.test(contentType ?? '')
  const text = isText ? toText(body) : undefined
  return text === undefined ? { data_base64: body.toString('base64') } : { data: text }
}

/** Whether there is any attribute among the headers. */
export function isBinaryMode(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => name.startsWith(PREFIX))
}

/**
 * The same CloudEvent in structured mode, as JSON text.
 *
 * @throws EprError INVALID_ARGUMENT for a header that cannot be decoded and for invalid JSON
 */
export function toStructuredText(headers: IncomingHttpHeaders, body: Buffer): string {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([header, value]) => {
      const name = header.slice(PREFIX.length)
      return [name, decodeHeader(name, String(value))]
    })
  const contentType = headers['content-type']
  return stringifyJson({
    ...Object.fromEntries(attributes),
    ...(contentType !== undefined && body.length > 0 && { datacontenttype: contentType }),
    ...toData(contentType, body),
  })
}
