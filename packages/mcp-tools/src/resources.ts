import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { fetchEvent, fetchGroup, fetchReceiver } from './fetched.js'
import { type Services, toProblem } from './tool.js'

/** `epr://events/{id}` and the like: what the fetch tools give, for hosts that attach resources to a conversation. */
export function addResources(server: McpServer, services: Services): void {
  const { registry, log } = services
  const kinds = [
    { path: 'events', title: 'Event', fetch: (id: string) => fetchEvent(registry, id) },
    { path: 'receivers', title: 'Event receiver', fetch: (id: string) => fetchReceiver(registry, id) },
    { path: 'groups', title: 'Event receiver group', fetch: (id: string) => fetchGroup(registry, id) },
  ]
  for (const { path, title, fetch } of kinds) {
    const template = new ResourceTemplate(`epr://${path}/{id}`, { list: undefined })
    const metadata = { title, description: `${title} by its id.`, mimeType: 'application/json' }
    server.registerResource(path, template, metadata, async (uri, { id }) => {
      try {
        const text = JSON.stringify(await fetch(String(id)))
        return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] }
      } catch (error) {
        const problem = toProblem(error, services)
        log(`${uri.href}: ${problem}`, error)
        throw new Error(problem, { cause: error })
      }
    })
  }
}
