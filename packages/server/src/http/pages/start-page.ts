import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { prefers } from '../core/accept.js'
import { defineRoute, type HttpResponse, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'

const PAGE = new URL('./start/index.html', import.meta.url)

const places = z.object({
  api: z.string(),
  openapi: z.string(),
  graphql: z.string(),
  status: z.string(),
  metrics: z.string(),
  console: z.string().optional(),
})

/** Relative to where they are read: a proxy may serve all of it below a path of its own. */
const PLACES = {
  api: 'api/v1',
  openapi: 'api/v1/openapi',
  graphql: 'api/v1/graphql/query',
  status: 'healthz/status',
  metrics: 'metrics',
}
const CONSOLE = 'console/'

async function toPage(hasConsole: boolean): Promise<HttpResponse> {
  if (hasConsole) return { status: 302, headers: { location: CONSOLE, vary: 'accept' }, body: '' }
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', vary: 'accept' },
    body: await readFile(PAGE, 'utf8'),
  }
}

/** The address that the server prints when it starts: a browser gets the console, a program where all else is. */
export function startPageRoute({ hasConsole }: { hasConsole: boolean }): Route {
  const found = JSON.stringify({ data: { ...PLACES, ...(hasConsole && { console: CONSOLE }) } })
  return defineRoute(
    'get',
    '/',
    {
      summary: 'Where things are',
      description: 'A browser is sent to the console, or gets a page with links where that is not served.',
      tag: 'operations',
      open: true,
      answer: z.object({ data: places }),
      failures: READ_FAILURES,
    },
    async ({ headers }) =>
      prefers(headers.accept, 'text/html', 'application/json')
        ? toPage(hasConsole)
        : toJsonResponse(found, { vary: 'accept' }),
  )
}
