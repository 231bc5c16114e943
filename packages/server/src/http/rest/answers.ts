import { type BatchResult, type Page, stringifyJson } from '@epr/model'
import { type RestRequest, type RestResponse, toJsonResponse } from '../core/route.js'

/** A creation's 200. */
export function toIdResponse(id: string): RestResponse {
  return toJsonResponse(JSON.stringify({ data: id }))
}

/** A batch's 200: each item's result in its place. */
export function toBatchResponse(results: readonly BatchResult[]): RestResponse {
  return toJsonResponse(JSON.stringify({ data: results }))
}

/** A page of a list, with the link to the next one when there is more (RFC 8288). */
export function toListResponse(request: RestRequest, { rows, more }: Page<{ id: string }>): RestResponse {
  const body = stringifyJson({ data: rows })
  const last = rows.at(-1)
  if (!more || !last) return toJsonResponse(body)
  const query = new URLSearchParams(request.search)
  query.set('after', last.id)
  return toJsonResponse(body, { link: `<${request.path.replace(/\/$/, '')}?${query}>; rel="next"` })
}
