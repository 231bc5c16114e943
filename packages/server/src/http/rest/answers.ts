import { type BatchResult, type Page, stringifyJson } from '@epr/model'
import { type HttpRequest, type HttpResponse, toJsonResponse } from '../core/route.js'

/** A creation's 200. */
export function toIdResponse(id: string): HttpResponse {
  return toJsonResponse(JSON.stringify({ data: id }))
}

/** A batch's 200: each item's result in its place. */
export function toBatchResponse(results: readonly BatchResult[]): HttpResponse {
  const refused = results.flatMap((result) => ('error' in result ? [result.error] : []))
  return { ...toJsonResponse(JSON.stringify({ data: results })), refused }
}

/** A 200 with what was asked for. */
export const toDataResponse = (data: unknown): HttpResponse => toJsonResponse(JSON.stringify({ data }))

/** One object, in an array of one. */
export function toOneResponse(object: object): HttpResponse {
  return toJsonResponse(stringifyJson({ data: [object] }))
}

/**
 * A page of a list, with the link to the next one when there is more (RFC 8288). It is relative to what was asked for, so
 * that it holds behind a proxy that serves this API under a path of its own.
 */
export function toListResponse(
  request: Pick<HttpRequest, 'search'>,
  { rows, more }: Page<{ id: string }>,
): HttpResponse {
  const parts = rows.map((row, index) => (index === 0 ? '' : ',') + stringifyJson(row))
  const body = ['{"data":[', ...parts, ']}']
  const last = rows.at(-1)
  if (!more || !last) return toJsonResponse(body)
  const query = new URLSearchParams(request.search)
  query.set('after', last.id)
  return toJsonResponse(body, { link: `<?${query}>; rel="next"` })
}
