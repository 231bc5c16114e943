import { McpServer } from '@modelcontextprotocol/server'
import { addArtifactHistoryTool } from './artifact-history-tool.js'
import { addCreateTools, type CreatableKind } from './create-tools.js'
import { addDeliveryTool } from './delivery-tool.js'
import { addExplainGateTool } from './explain-gate-tool.js'
import { addFetchTools } from './fetch-tools.js'
import { addFindComponentTool } from './find-component-tool.js'
import { addFindTool } from './find-tool.js'
import { addGateMatrixTool } from './gate-matrix-tool.js'
import { addGroupStatusTool } from './group-status-tool.js'
import { INSTRUCTIONS } from './notice.js'
import { addPrompts } from './prompts.js'
import { addResources } from './resources.js'
import { addSearchTools } from './search-tools.js'
import type { Services } from './tool.js'

export interface McpServerOptions extends Services {
  version: string
  /** Of what there are tools that create. */
  creates: readonly CreatableKind[]
}

/** All that an assistant may use. The same for every revision of the protocol: the SDK speaks those. */
export function createMcpServer({ version, creates, ...services }: McpServerOptions): McpServer {
  const server = new McpServer({ name: 'epr-mcp', title: 'EPR', version }, { instructions: INSTRUCTIONS })
  addFindTool(server, services)
  addSearchTools(server, services)
  addArtifactHistoryTool(server, services)
  addFetchTools(server, services)
  addGroupStatusTool(server, services)
  addExplainGateTool(server, services)
  addGateMatrixTool(server, services)
  addFindComponentTool(server, services)
  addDeliveryTool(server, services)
  addCreateTools(server, creates, services)
  addResources(server, services)
  addPrompts(server)
  return server
}
