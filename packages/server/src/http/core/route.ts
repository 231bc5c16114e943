import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Call } from '../../call.js'
import type { RouteDoc } from './route-doc.js'
import type { StreamPiece } from './stream-piece.js'

/** All of the API is below this path; health and metrics are not. */
export const API_PREFIX = '/api/v1'

/** A request as a route sees it, whichever way it came in. */
export interface HttpRequest<Param extends string = never> {
  method: string
  /** The whole path without query: `/api/v1/events`. */
  path: string
  /** What the route's `:names` stand for. */
  params: Readonly<Record<Param, string>>
  /** What stands behind the `?`, encoded; empty without one. */
  search: string
  headers: IncomingHttpHeaders
  /** Names and values in turn, each as often as it was sent; node reads their bytes as Latin-1. */
  rawHeaders: readonly string[]
  /** Who calls; with an `Idempotency-Key`, on routes that document it, what makes another request a repeat. */
  call: Call
  /** The bytes of the body, decompressed; empty when there is none. */
  body: Buffer
  /** Where it comes from. */
  from: { readonly remoteAddress?: string | undefined }
  /** Makes a signal that is aborted when the client is gone or the server stops: most requests need none. */
  abort: () => AbortSignal
}

export interface HttpResponse {
  status: number
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** Text, a long one in parts that are never put together; bytes; or what comes by and by. */
  body: string | readonly string[] | Buffer | AsyncIterable<StreamPiece>
  /** How a body that comes by and by says that it fails, of the JSON of an error; perhaps somewhere in a piece. */
  toLastWords?: (error: string, isWhole: boolean) => string
  /** Why parts of the request were refused, where the rest of it was not: for the log. */
  refused?: readonly { readonly code: string; readonly message: string }[] | undefined
}

export type Handler<Param extends string = never> = (request: HttpRequest<Param>) => Promise<HttpResponse>

/** What a server does at a path, and what is said of it: the OpenAPI document is made of the routes. */
export interface Route<Param extends string = string> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options'
  /** The whole path, with `:names`. */
  path: string
  doc: RouteDoc
  handle: Handler<Param>
}

/** The names in a path: of `/groups/:id/status` it is `id`. */
type ParamOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** A route whose handler gets those params that its path names. */
export function defineRoute<const Path extends string>(
  method: Route['method'],
  path: Path,
  doc: RouteDoc,
  handle: Handler<ParamOf<Path>>,
): Route {
  return { method, path, doc, handle }
}

/** A 200 whose body is JSON text. */
export function toJsonResponse(
  body: string | readonly string[],
  headers: Record<string, string> = {},
): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** What is gathered for an answer before it is sent. */
export interface ResponseState {
  /** Given by the client or made here. */
  readonly requestId: string
  /** The host and perhaps port that the request names: see RequestTarget. */
  authority: string
  /**
   * Names and values in turn: the form that node writes fastest. Whoever adds to it must do so before the answer is
   * sent. Headers that are set on the response one by one cost twice as much, a record half as much again.
   */
  readonly headers: string[]
  /** An answer that comes by and by. */
  isStream: boolean
  /** How such an answer says that it fails. */
  toLastWords?: HttpResponse['toLastWords']
}

/** A step in front of every way in. It throws an EprError to refuse, or answers itself and gives true. */
export type Guard = (request: IncomingMessage, response: ServerResponse, state: ResponseState) => boolean

/** A record of headers, each perhaps several times, as names and values in turn. */
export function toHeaderList(headers: NonNullable<HttpResponse['headers']>): string[] {
  const list: string[] = []
  for (const name in headers) for (const value of [headers[name] ?? ''].flat()) list.push(name, value)
  return list
}

/** Answers node's requests, which are Express's too. */
export interface Responder {
  /** Answers with what the route gives or throws. */
  run(
    route: Route,
    params: Record<string, string>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void>
  /** Answers with an error; the request id goes to the log with it. */
  fail(error: unknown, response: ServerResponse, headers?: Record<string, string>): Promise<void>
}
