export type { CreatableKind } from './create-tools.js'
export { NOTICE } from './notice.js'
export type { ToolRegistry, ToolSearch } from './registry.js'
export { createMcpServer, type McpServerOptions } from './server.js'
