import { type CreatableKind, createMcpServer } from '@epr/mcp-tools'
import { createMcpHandler } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { isAnyGranted, type Rights } from '../../access/rights.js'
import type { Registry } from '../../registry/registry.js'
import { MCP_PATH } from '../core/challenge.js'
import { isServerFault, toEprError } from '../core/error-response.js'
import { LONG_TEXT_CHARS, parseJsonBody } from '../core/json-body.js'
import { defineRoute, type HttpRequest, type HttpResponse, type Route } from '../core/route.js'
import { WRITE_FAILURES } from '../core/route-doc.js'
import { registryOfCall } from './registry-of-call.js'

export interface McpOptions {
  registry: Registry
  version: string
  /** Where callers find it: its tokens are for that. */
  publicUrl: string
  log: { error(fields: object, text: string): void }
}

const HINTS = {
  PERMISSION_DENIED: 'The user must ask whoever runs EPR for a policy that grants it.',
  UNAVAILABLE: 'Call again later.',
}

/** A tool that a caller may never use is not shown to the assistant. */
function creatableBy(rights: Rights): CreatableKind[] {
  return [
    ...(isAnyGranted(rights, 'record') ? (['event'] as const) : []),
    ...(isAnyGranted(rights, 'define') ? (['receiver', 'group'] as const) : []),
  ]
}

/** Of the headers those that the protocol has. */
function protocolHeaders(headers: HttpRequest['headers']): Headers {
  const named = Object.entries(headers).filter(([name]) => /^(?:accept|content-type|mcp-.+)$/.test(name))
  return new Headers(named.map(([name, value]) => [name, String(value)]))
}

/**
 * The Model Context Protocol over HTTP, without sessions: each request is answered by itself, with the rights of its caller.
 * Nothing is sent of itself, so that every answer ends.
 */
export function createMcpRoute({ registry, version, publicUrl, log }: McpOptions): Route {
  async function answer({ call, headers, body }: HttpRequest): Promise<HttpResponse> {
    const { principal, requestId } = call
    const refused: { code: string; message: string }[] = []
    function onProblem(text: string, error: unknown): void {
      const eprError = toEprError(error)
      if (isServerFault(eprError))
        log.error({ request_id: requestId, err: eprError.cause ?? eprError }, `${MCP_PATH}: ${text}`)
      else refused.push({ code: eprError.code, message: eprError.message })
    }
    const handler = createMcpHandler(
      () =>
        createMcpServer({
          registry: registryOfCall(registry, call),
          version,
          creates: creatableBy(principal),
          hints: HINTS,
          isQuoting: () => true,
          log: onProblem,
        }),
      { maxSubscriptions: 0, keepAliveMs: 0 },
    )
    const request = new Request(publicUrl + MCP_PATH, { method: 'POST', headers: protocolHeaders(headers) })
    const response = await handler.fetch(request, { parsedBody: parseJsonBody(body).value })
    const type = response.headers.get('content-type')
    return {
      status: response.status,
      headers: { 'cache-control': 'no-store', ...(type !== null && { 'content-type': type }) },
      body: await response.text(),
      refused: refused.length > 0 ? refused : undefined,
    }
  }

  return defineRoute(
    'post',
    MCP_PATH,
    {
      summary: 'The Model Context Protocol, for assistants',
      description:
        'Streamable HTTP without sessions. Tools that read are there for everybody who is let in; those that create for callers with the right.',
      tag: 'mcp',
      body: z.record(z.string(), z.unknown()).meta({ description: 'A message of JSON-RPC 2.0.' }),
      maxBody: LONG_TEXT_CHARS,
      answer: z.record(z.string(), z.unknown()),
      failures: WRITE_FAILURES,
    },
    answer,
  )
}
