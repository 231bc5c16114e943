import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
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

/** A name that says what the file holds, so that what is cached under it never changes. */
function toHashedName(name: string, text: string): string {
  const [stem, extension] = name.split('.')
  return `${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${extension}`
}

/** The index of a page, which names its files with their hashes, and the files by those names: read when it is asked for. */
function createFiles({ directory, assets }: BrowserPage) {
  const read = (name: string) => readFile(new URL(name, directory), 'utf8')

  async function load() {
    const hashed = new Map<string, string>()
    let index = await read('index.html')
    const there = new Set(await readdir(directory))
    for (const name of assets) {
      // Those of others are there in the built server only.
      if (!there.has(name)) continue
      const hashedName = toHashedName(name, await read(name))
      hashed.set(hashedName, name)
      index = index.replace(`assets/${name}"`, `assets/${hashedName}"`)
    }
    return { index, hashed }
  }

  let loaded: ReturnType<typeof load> | undefined
  return {
    load: () => {
      loaded ??= load()
      return loaded
    },
    read,
  }
}

function toFile(name: string, body: string, cacheControl: string): HttpResponse {
  const contentType = CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  return { status: 200, headers: { 'content-type': contentType, 'cache-control': cacheControl }, body }
}

/** The page's links are relative to it, so that they hold under any path; below a slash they would be others. */
function toWithoutSlash(path: string): HttpResponse {
  return { status: 308, headers: { location: `../${path.split('/').at(-1)}` }, body: '' }
}

function pageRoutes(page: BrowserPage): Route[] {
  const { path, tag, title } = page
  const files = createFiles(page)
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
          : toFile('index.html', (await files.load()).index, 'no-cache'),
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
        const known = (await files.load()).hashed.get(name)
        if (known === undefined && !page.assets.has(name))
          throw new EprError('NOT_FOUND', `there is no ${JSON.stringify(name)} here: load the page again`)
        const cacheControl = known === undefined ? 'no-cache' : 'public, max-age=31536000, immutable'
        return toFile(name, await files.read(known ?? name), cacheControl)
      },
    ),
  ]
}

/** GraphiQL at `/graphql`, Swagger UI at `/docs`. */
export function browserPageRoutes(): Route[] {
  return [...pageRoutes(GRAPHIQL), ...pageRoutes(SWAGGER_UI)]
}
