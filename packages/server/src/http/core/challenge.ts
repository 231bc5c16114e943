/** RFC 9728, section 3: where a resource says of itself who lets one in; the path of the resource stands behind it. */
export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource'

/** Where assistants find the registry. */
export const MCP_PATH = '/mcp'

/** What tokens are made out to (RFC 8707): the server as a whole, or what assistants find. */
export const resourcesOf = (publicUrl: string): string[] => [publicUrl, publicUrl + MCP_PATH]

/** What says to a stranger how to be let in (RFC 9110, section 11.6.1; RFC 9728, section 5.1). @param path what was asked for */
export function challengeOf(path: string, publicUrl: string | undefined): string {
  const challenge = 'Bearer realm="epr"'
  if (publicUrl === undefined) return challenge
  const resource = path.replace(/\/+$/, '') === MCP_PATH ? MCP_PATH : ''
  return `${challenge}, resource_metadata="${publicUrl}${RESOURCE_METADATA_PATH}${resource}"`
}
