import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { EprError } from '@epr/model'
import * as z from 'zod'
import { defineRoute, type HttpRequest, type HttpResponse, type Route } from '../core/route.js'
import { READ_FAILURES, type RouteDoc } from '../core/route-doc.js'

const ROOT = '/console'

/**
 * Nothing inline, nothing from elsewhere, no text that becomes a script: `epr` is the policy by which the page names its worker's
 * file (https://www.w3.org/TR/trusted-types/).
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types epr',
].join('; ')

const CONTENT_TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** As files are built, the smallest form first. Browsers take brotli from `https:` and this machine only. */
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

const takes = (accepted: string, coding: string): boolean =>
  accepted.split(',').some((part) => {
    const [name, quality] = part.split(';')
    return name?.trim() === coding && !/q=0(\.0*)?\s*$/.test(quality ?? '')
  })

const unzip = promisify(gunzip)

const DOC: RouteDoc = {
  summary: 'The page for people',
  tag: 'operations',
  open: true,
  answer: z.string(),
  contentType: 'text/html',
  failures: READ_FAILURES,
}

/** An index page whose links hold below any path: those of a page deeper down lead up first. */
function toPage(index: string, { path, headers }: HttpRequest): HttpResponse {
  const depth = path.slice(ROOT.length + 1).split('/').length - 1
  const base = depth === 0 ? './' : '../'.repeat(depth)
  const body = index.replace('<base href="./" />', `<base href="${base}" />`)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const cached = { etag, 'cache-control': 'no-cache' }
  if (headers['if-none-match'] === etag) return { status: 304, headers: cached, body: '' }
  return {
    status: 200,
    headers: { ...cached, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    body,
  }
}

/** @param files the built console, read when it is asked for */
export function consoleRoutes(files: URL): Route[] {
  const directory = new URL('assets/', files)
  let index: Promise<string> | undefined
  let assets: Promise<ReadonlySet<string>> | undefined

  const readIndex = () => {
    index ??= readFile(new URL('index.html', files), 'utf8')
    return index
  }
  const listAssets = () => {
    assets ??= readdir(directory).then((names) => new Set(names))
    return assets
  }

  async function serveAsset(name: string, { headers }: HttpRequest): Promise<HttpResponse> {
    const [, type] = /^[^/]+\.(\w+)$/.exec(name) ?? []
    const contentType = CONTENT_TYPES[type ?? '']
    if (contentType === undefined || !(await listAssets()).has(`${name}.gz`))
      throw new EprError('NOT_FOUND', `the console has no file ${JSON.stringify(name)}: load its page again`)
    const accepted = String(headers['accept-encoding'] ?? '')
    const coding = CODINGS.find(([known]) => takes(accepted, known))
    const bytes = await readFile(new URL(name + (coding?.[1] ?? '.gz'), directory))
    return {
      status: 200,
      headers: {
        'content-type': contentType,
        'cache-control': 'public, max-age=31536000, immutable',
        // A worker has its own policy, not that of the page which starts it.
        'content-security-policy': POLICY,
        vary: 'accept-encoding',
        ...(coding && { 'content-encoding': coding[0] }),
      },
      body: coding ? bytes : await unzip(bytes),
    }
  }

  return [
    defineRoute('get', ROOT, DOC, async (request) =>
      request.path.endsWith('/')
        ? toPage(await readIndex(), request)
        : { status: 308, headers: { location: 'console/' }, body: '' },
    ),
    defineRoute('get', `${ROOT}/assets/:name`, DOC, (request) => serveAsset(request.params.name, request)),
    // Its views have addresses of their own, which the page reads itself.
    defineRoute('get', `${ROOT}/*view`, DOC, async (request) => toPage(await readIndex(), request)),
  ]
}
