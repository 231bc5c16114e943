import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { defineRoute, type Route } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'

const PAGE = new URL('./start/index.html', import.meta.url)

/** The address that the server prints when it starts: what is to be found where. */
export function startPageRoute(): Route {
  return defineRoute(
    'get',
    '/',
    {
      summary: 'A page with links to the other pages',
      tag: 'operations',
      open: true,
      answer: z.string(),
      contentType: 'text/html',
      failures: READ_FAILURES,
    },
    async () => ({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
      body: await readFile(PAGE, 'utf8'),
    }),
  )
}
