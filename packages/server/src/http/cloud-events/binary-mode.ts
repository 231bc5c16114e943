import { EprError, stringifyJson, toJsonText } from '@epr/model'
import type { JsonInput } from '../../registry/input.js'
import { parseJsonBody } from '../core/json-body.js'

/** A CloudEvent in binary mode: attributes in headers, data in the body (HTTP binding 1.0.2, section 3.1). */

const PREFIX = 'ce-'
const JSON_TYPE = /^(application|text)\/json$|\+json$/
const TEXT_TYPE = /^text\/|^application\/xml$|\+xml$/
const OTHER_CHARSET = /;\s*charset\s*=(?!\s*"?(?:utf-?8|us-ascii)"?\s*(?:;|$))/i
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `application/json` of `Application/JSON; charset=utf-8`. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Whether a content type says another charset than UTF-8, or its part ASCII. */
export const hasOtherCharset = (contentType: string | undefined): boolean =>
  OTHER_CHARSET.test(contentType ?? '')

/** The values of a header, each as it was sent. */
function* valuesOf(
  rawHeaders: readonly string[],
  wanted: (name: string) => boolean,
): Generator<[string, string]> {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (wanted(name)) yield [name, rawHeaders[at + 1] ?? '']
  }
}

/** The first value of a header. */
export function headerOf(rawHeaders: readonly string[], header: string): string | undefined {
  for (const [, value] of valuesOf(rawHeaders, (name) => name === header)) return value
  return undefined
}

/** Node reads a header as Latin-1; raw bytes beyond ASCII, which the binding does not want, can only be meant as UTF-8. */
function fromBytes(name: string, value: string): string {
  if (/^[\0-\x7f]*$/.test(value)) return value
  try {
    return utf8.decode(Buffer.from(value, 'latin1'))
  } catch (cause) {
    throw new EprError('INVALID_ARGUMENT', `${name} is not UTF-8: percent-encode what is not ASCII`, {
      cause,
    })
  }
}

/** Section 3.1.3.2: quotes and their backslashes go first, then one round of percent-decoding. */
function decodeHeader(name: string, bytes: string): string {
  const value = fromBytes(name, bytes)
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

/** A member of a CloudEvent: its name, and its value as it is parsed. */
type Data = { name: 'data' | 'data_base64' } & JsonInput

const toInput = (value: string): JsonInput => ({ value, text: JSON.stringify(value) })

/** The body as the JSON format has it (section 3.1): JSON as it was sent, text as a string, all else as base64. */
function toData(contentType: string | undefined, body: Buffer): Data | undefined {
  if (body.length === 0) return undefined
  const mediaType = mediaTypeOf(contentType)
  if (mediaType === '' || JSON_TYPE.test(mediaType)) {
    return { name: 'data', ...parseJsonBody(body) }
  }
  const isText = TEXT_TYPE.test(mediaType) && !OTHER_CHARSET.test(contentType ?? '')
  const text = isText ? toText(body) : undefined
  return text === undefined
    ? { name: 'data_base64', ...toInput(body.toString('base64')) }
    : { name: 'data', ...toInput(text) }
}

/** What no header may be called: data is the body, and its type the header Content-Type (sections 3.1.1, 3.1.2). */
const NOT_IN_HEADERS = new Set(['data', 'data_base64', 'datacontenttype'])

/** @throws EprError INVALID_ARGUMENT for one that is sent twice, cannot be decoded or does not belong there */
function readAttributes(rawHeaders: readonly string[]): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [header, value] of valuesOf(rawHeaders, (name) => name.startsWith(PREFIX))) {
    const name = header.slice(PREFIX.length)
    if (NOT_IN_HEADERS.has(name)) {
      const problem = `${header} is not an attribute: data is the body, and its type the header Content-Type`
      throw new EprError('INVALID_ARGUMENT', problem)
    }
    if (attributes.has(name))
      throw new EprError('INVALID_ARGUMENT', `${name} is sent twice: the header ${header}`)
    attributes.set(name, decodeHeader(name, value))
  }
  return attributes
}

/** Whether there is any attribute among the headers. */
export function isBinaryMode(rawHeaders: readonly string[]): boolean {
  return !valuesOf(rawHeaders, (name) => name.startsWith(PREFIX)).next().done
}

/**
 * The same CloudEvent in structured mode.
 *
 * @throws EprError INVALID_ARGUMENT for a header that cannot be decoded and for invalid JSON
 */
export function toStructured(rawHeaders: readonly string[], body: Buffer): JsonInput {
  const contentType = headerOf(rawHeaders, 'content-type')
  const data = toData(contentType, body)
  const attributes = {
    ...Object.fromEntries(readAttributes(rawHeaders)),
    ...(contentType !== undefined && data && { datacontenttype: contentType }),
  }
  return {
    value: { ...attributes, ...(data && { [data.name]: data.value }) },
    text: stringifyJson({ ...attributes, ...(data && { [data.name]: toJsonText(data.text) }) }),
  }
}
