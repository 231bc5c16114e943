import * as z from 'zod'
import { MCP_PATH, RESOURCE_METADATA_PATH } from '../core/challenge.js'
import { defineRoute, type Route, toJsonResponse } from '../core/route.js'
import { READ_FAILURES } from '../core/route-doc.js'

const metadata = z
  .object({
    resource: z.string().meta({ format: 'uri', description: 'What a token must be made out to.' }),
    resource_name: z.string(),
    authorization_servers: z
      .array(z.string().meta({ format: 'uri' }))
      .optional()
      .meta({ description: 'Who gives such tokens to people (`--oidc-issuer`).' }),
    bearer_methods_supported: z.array(z.string()),
  })
  .meta({ id: 'ProtectedResource' })

/** What the server says of itself to programs that look for who lets them in (RFC 9728), of all of it and of `/mcp`. */
export function protectedResourceRoutes(publicUrl: string, oidcIssuer: string | undefined): Route[] {
  const routeOf = (path: string, name: string): Route => {
    const body = JSON.stringify({
      resource: publicUrl + path,
      resource_name: name,
      ...(oidcIssuer !== undefined && { authorization_servers: [oidcIssuer] }),
      bearer_methods_supported: ['header'],
    } satisfies z.output<typeof metadata>)
    const doc = {
      summary: `How one is let in: ${name} (RFC 9728)`,
      tag: 'access',
      open: true,
      answer: metadata,
      failures: READ_FAILURES,
    } as const
    return defineRoute('get', RESOURCE_METADATA_PATH + path, doc, async () => toJsonResponse(body))
  }
  return [routeOf('', 'EPR'), routeOf(MCP_PATH, 'EPR for assistants')]
}
