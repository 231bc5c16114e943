import { readFile } from 'node:fs/promises'
import { EprError } from '@epr/model'
import type { Route } from './request.js'

const ASSETS = new URL('./graphiql/', import.meta.url)

const CONTENT_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** The page's own files, by name: nothing else is served from there. */
const ASSET_NAMES = new Set([
  'graphiql.js',
  'graphiql.css',
  'react.js',
  'react-dom.js',
  'page.js',
  'page.css',
])

async function serveFile(name: string, cacheControl: string) {
  const contentType = CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  const body = await readFile(new URL(name, ASSETS), 'utf8')
  return { status: 200, headers: { 'content-type': contentType, 'cache-control': cacheControl }, body }
}

/** GraphiQL for the browser, from files that the server brings along: it works without a network. */
export function graphqlPageRoutes(): Route[] {
  return [
    {
      method: 'get',
      path: '/graphql',
      operation: () => serveFile('index.html', 'no-cache'),
    },
    {
      method: 'get',
      path: '/graphql/assets/:name',
      operation: async ({ params }) => {
        const name = params.name ?? ''
        if (!ASSET_NAMES.has(name))
          throw new EprError('NOT_FOUND', `there is no ${JSON.stringify(name)} here`)
        return serveFile(name, 'public, max-age=3600')
      },
    },
  ]
}
