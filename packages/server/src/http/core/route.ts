import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../../registry/call.js'

/** A request as the REST core sees it, whichever adapter it came through. */
export interface RestRequest {
  method: string
  /** The whole path without query: `/api/v1/events`. */
  path: string
  /** What the route's `:names` stand for. */
  params: Readonly<Record<string, string>>
  /** What stands behind the `?`, encoded; empty without one. */
  search: string
  headers: IncomingHttpHeaders
  principal: Principal
  /** Given by the client or made here; stands in the answer, in errors and in the log. */
  requestId: string
  /** The bytes of the body, decompressed; empty when there is none. */
  body: Buffer
  /** Makes a signal that is aborted when the client is gone or the server stops: most requests need none. */
  abort: () => AbortSignal
}

export interface RestResponse {
  status: number
  headers?: Record<string, string>
  /** Text, or text that comes by and by. */
  body: string | AsyncIterable<string>
}

export type Operation = (request: RestRequest) => Promise<RestResponse>

export interface Route {
  method: 'get' | 'post' | 'patch' | 'options'
  /** With `:names`. The whole path once it is mounted; in the REST API's own tables what is below `/api/v1`. */
  path: string
  operation: Operation
}

/** A 200 whose body is JSON text. */
export function toJsonResponse(body: string, headers: Record<string, string> = {}): RestResponse {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body }
}
