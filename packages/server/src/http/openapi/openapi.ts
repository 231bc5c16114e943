import { refusedItemSchema } from '@epr/model'
import * as z from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { API_PREFIX, defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES, type RouteDoc, TAGS } from '../core/route-doc.js'

const REASONS: Record<number, string> = {
  400: 'Bad input; every problem is named.',
  401: 'The server wants to know who asks, or what was sent is not a good key.',
  403: 'The caller lacks the right, the host is not served here, or a page of another origin wants to write.',
  404: 'Nothing has this id.',
  409: 'The Idempotency-Key has been used with another body, or a CloudEvent of this source and id says something else.',
  410: 'Messages behind the cursor are no longer kept; the oldest cursor is named.',
  413: 'The body is larger than the server accepts.',
  415: 'The content-encoding is not supported, or a CloudEvent was expected and the content type is of none.',
  503: 'Not ready.',
}

const failure = z
  .object({
    errors: z.array(z.string()),
    error: refusedItemSchema.shape.error.extend({ request_id: z.string() }),
  })
  .meta({ id: 'Failure', description: '`errors` is for people, `error.code` for programs.' })

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

function toOperation({ method, path, doc }: Route): ZodOpenApiOperationObject {
  const { summary, description, tag, body, answer, contentType = 'application/json', open } = doc
  const failures = open ? doc.failures : [...new Set([...doc.failures, 401, 403])]
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
    operationId: `${method} ${path.replace(API_PREFIX, '').replace(/^\/$/, 'start')}`.replace(
      /[^a-z]+(\w)/gi,
      (_, letter: string) => letter.toUpperCase(),
    ),
    summary,
    ...(description && { description }),
    tags: [tag],
    ...(!open && { security: [{ bearer: [] }, { basic: [] }, { header: [] }] }),
    requestParams: toParameters(path, doc),
    ...(body && { requestBody: { required: true, content: toContent(body) } }),
    responses,
  }
}

/** The whole document, OpenAPI 3.1, of what is said of each route beside it. */
function createOpenApiDocument(version: string, routes: readonly Route[]) {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: toOperation(route) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'EPR, the Event Provenance Registry',
      version,
      description:
        'Records what happened to artifacts, decides gates, and sends messages. For the browser: [this document](docs) and [GraphQL](graphql).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to this document: a proxy may serve it under a path of its own.
    servers: [{ url: '../..' }],
    security: [],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key.' },
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'A key as the password; the user does not count.',
        },
        header: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key.' },
      },
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
  })
}

/** `GET /openapi`, which describes itself and all of `routes`. */
export function createOpenApiRoute(version: string, routes: readonly Route[]): Route {
  const doc: RouteDoc = {
    summary: 'This document',
    tag: 'operations',
    open: true,
    answer: z.record(z.string(), z.unknown()),
    failures: READ_FAILURES,
  }
  const route: Route = defineRoute('get', `${API_PREFIX}/openapi`, doc, async () => toJsonResponse(document))
  const document = JSON.stringify(createOpenApiDocument(version, [...routes, route]))
  return route
}
