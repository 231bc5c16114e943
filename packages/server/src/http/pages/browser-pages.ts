import { readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'
import type { Route } from '../core/route.js'

const CONTENT_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** A page whose files the server brings along: it works without a network. */
interface BrowserPage {
  path: string
  /** Holds `index.html` and the assets. */
  directory: URL
  /** The page's own files, by name: nothing else is served from there. */
  assets: ReadonlySet<string>
}

const GRAPHIQL: BrowserPage = {
  path: '/graphql',
  directory: new URL('./graphiql/', import.meta.url),
  assets: new Set(['graphiql.js', 'graphiql.css', 'react.js', 'react-dom.js', 'page.js', 'page.css']),
}

/** The OpenAPI document, readable; its operations can be tried. */
const SWAGGER_UI: BrowserPage = {
  path: '/docs',
  directory: new URL('./swagger-ui/', import.meta.url),
  assets: new Set(['swagger-ui.js', 'swagger-ui.css', 'page.js']),
}

async function serveFile(file: URL, cacheControl: string) {
  const contentType = CONTENT_TYPES[file.pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  const body = await readFile(file, 'utf8')
  return { status: 200, headers: { 'content-type': contentType, 'cache-control': cacheControl }, body }
}

function pageRoutes({ path, directory, assets }: BrowserPage): Route[] {
  return [
    {
      method: 'get',
      path,
      operation: () => serveFile(new URL('index.html', directory), 'no-cache'),
    },
    {
      method: 'get',
      path: `${path}/assets/:name`,
      operation: async ({ params }) => {
        const name = params.name ?? ''
        if (!assets.has(name)) throw new EprError('NOT_FOUND', `there is no ${JSON.stringify(name)} here`)
        return serveFile(new URL(name, directory), 'public, max-age=3600')
      },
    },
  ]
}

/** GraphiQL at `/graphql`, Swagger UI at `/docs`. */
export function browserPageRoutes(): Route[] {
  return [...pageRoutes(GRAPHIQL), ...pageRoutes(SWAGGER_UI)]
}
