import { readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'
import * as z from 'zod'
import { API_PREFIX, defineRoute, type HttpResponse, type Route } from '../core/route.js'
import { READ_FAILURES, type RouteDoc } from '../core/route-doc.js'

const CONTENT_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** A page whose files the server brings along: it works without a network. */
interface BrowserPage {
  path: `/${string}`
  tag: RouteDoc['tag']
  /** What the page is, in the OpenAPI document. */
  title: string
  /** Holds `index.html` and the assets. */
  directory: URL
  /** The page's own files, by name: nothing else is served from there. */
  assets: ReadonlySet<string>
}

const GRAPHIQL: BrowserPage = {
  path: `${API_PREFIX}/graphql`,
  tag: 'graphql',
  title: 'A GraphQL page for the browser',
  directory: new URL('./graphiql/', import.meta.url),
  assets: new Set(['graphiql.js', 'graphiql.css', 'react.js', 'react-dom.js', 'page.js', 'page.css']),
}

/** The OpenAPI document, readable; its operations can be tried. */
const SWAGGER_UI: BrowserPage = {
  path: `${API_PREFIX}/docs`,
  tag: 'operations',
  title: 'The OpenAPI document as a page for the browser',
  directory: new URL('./swagger-ui/', import.meta.url),
  assets: new Set(['swagger-ui.js', 'swagger-ui.css', 'page.js']),
}

async function serveFile(file: URL, cacheControl: string) {
  const contentType = CONTENT_TYPES[file.pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  const body = await readFile(file, 'utf8')
  return { status: 200, headers: { 'content-type': contentType, 'cache-control': cacheControl }, body }
}

/** The page's links are relative to it, so that they hold under any path; below a slash they would be others. */
function toWithoutSlash(path: string): HttpResponse {
  return { status: 308, headers: { location: `../${path.split('/').at(-1)}` }, body: '' }
}

function pageRoutes({ path, tag, title, directory, assets }: BrowserPage): Route[] {
  return [
    defineRoute(
      'get',
      path,
      {
        summary: title,
        tag,
        open: true,
        answer: z.string(),
        contentType: 'text/html',
        failures: READ_FAILURES,
      },
      async (request) =>
        request.path.endsWith('/')
          ? toWithoutSlash(path)
          : serveFile(new URL('index.html', directory), 'no-cache'),
    ),
    defineRoute(
      'get',
      `${path}/assets/:name`,
      {
        summary: 'A file of that page',
        tag,
        open: true,
        answer: z.string(),
        contentType: 'text/javascript',
        failures: [...READ_FAILURES, 404],
      },
      async ({ params: { name } }) => {
        if (!assets.has(name)) throw new EprError('NOT_FOUND', `there is no ${JSON.stringify(name)} here`)
        return serveFile(new URL(name, directory), 'public, max-age=3600')
      },
    ),
  ]
}

/** GraphiQL at `/graphql`, Swagger UI at `/docs`. */
export function browserPageRoutes(): Route[] {
  return [...pageRoutes(GRAPHIQL), ...pageRoutes(SWAGGER_UI)]
}
