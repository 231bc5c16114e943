import * as z from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { type Route, toJsonResponse } from '../core/route.js'
import { API_PREFIX } from '../rest/rest.js'
import { failure, ROUTE_DOCS, type RouteDoc, TAGS } from './route-docs.js'

const REASONS: Record<number, string> = {
  400: 'Bad input; every problem is named.',
  403: 'The host is not served here, or a page of another origin wants to write.',
  404: 'Nothing has this id.',
  409: 'The Idempotency-Key has been used with another body.',
  410: 'Messages behind the cursor are no longer kept; the oldest cursor is named.',
  413: 'The body is larger than the server accepts.',
  415: 'The content-encoding is not supported, or a CloudEvent was expected and the content type is of none.',
  503: 'Not ready.',
}

const failureContent = { 'application/json': { schema: failure } }

function toParameters(path: string, { query, headers, idempotent }: RouteDoc) {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  return {
    ...(names.length > 0 && { path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }),
    ...(query && { query }),
    ...(headers && { header: headers }),
    ...(idempotent && {
      header: z.object({
        'Idempotency-Key': z
          .string()
          .max(255)
          .optional()
          .meta({ description: 'Repeats within 24 hours are answered as the first was.' }),
      }),
    }),
  }
}

function toContent(body: NonNullable<RouteDoc['body']>) {
  const byType = body instanceof z.ZodType ? { 'application/json': body } : body
  return Object.fromEntries(Object.entries(byType).map(([type, schema]) => [type, { schema }]))
}

function toOperation(key: string, path: string, doc: RouteDoc): ZodOpenApiOperationObject {
  const { summary, tag, body, answer, contentType = 'application/json', failures } = doc
  const responses: ZodOpenApiOperationObject['responses'] = {
    '200': { description: summary, ...(answer && { content: { [contentType]: { schema: answer } } }) },
    default: {
      description:
        'INTERNAL (500), and what may be tried again: RATE_LIMITED (429), UNAVAILABLE (503), TIMEOUT (504), with Retry-After.',
      content: failureContent,
    },
  }
  for (const code of failures)
    responses[`${code}` as '400'] = { description: REASONS[code] ?? '', content: failureContent }
  return {
    operationId: key.replace(/[^a-z]+(\w)/gi, (_, letter: string) => letter.toUpperCase()),
    summary,
    tags: [tag],
    requestParams: toParameters(path, doc),
    ...(body && { requestBody: { required: true, content: toContent(body) } }),
    responses,
  }
}

const isOperational = (path: string): boolean => path.startsWith('/healthz') || path === '/metrics'

/** The whole document, OpenAPI 3.1, from the vocabulary's schemas. */
export function createOpenApiDocument(version: string) {
  const paths: ZodOpenApiPathsObject = {}
  for (const [key, doc] of Object.entries(ROUTE_DOCS)) {
    const [method = '', path = ''] = key.split(' ')
    const whole = (isOperational(path) ? path : API_PREFIX + path).replace(/:(\w+)/g, '{$1}')
    paths[whole] = { ...paths[whole], [method]: toOperation(key, path, doc) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'EPR, the Event Provenance Registry',
      version,
      description:
        'Records what happened to artifacts, decides gates, and tells the world. For the browser: [this document](/api/v1/docs) and [GraphQL](/api/v1/graphql).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
  })
}

/** A route that the document does not know, or the other way round, is a mistake of ours: it must not start. */
function assertDocumented(routes: readonly Route[]): void {
  const mounted = routes.map(({ method, path }) => `${method} ${path.replace(API_PREFIX, '')}`).sort()
  const documented = Object.keys(ROUTE_DOCS).sort()
  if (mounted.join() !== documented.join()) {
    throw new Error(`routes and their documentation differ: ${mounted.join()} against ${documented.join()}`)
  }
}

/** `GET /openapi`, which describes itself and all of `routes`. */
export function createOpenApiRoute(version: string, routes: readonly Route[]): Route {
  const document = JSON.stringify(createOpenApiDocument(version))
  const route: Route = {
    method: 'get',
    path: `${API_PREFIX}/openapi`,
    operation: async () => toJsonResponse(document),
  }
  assertDocumented([...routes, route])
  return route
}
