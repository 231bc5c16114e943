import { ApiError, type Client } from '@epr/client'
import { EprError, type ErrorCode } from '@epr/model'
import type { CallToolResult, McpServer, ToolAnnotations } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { NOTICE } from './notice.js'

/** What tools, resources and prompts work with. */
export interface Services {
  client: Client
  /** To stderr; what it is given holds no token. */
  log: (text: string) => void
}

export interface Tool<Input extends z.ZodType, Output extends z.ZodType> {
  title: string
  description: string
  input: Input
  output: Output
  annotations: ToolAnnotations
  run(input: z.output<Input>): Promise<z.output<Output>>
}

/** Nothing is changed, and nothing beyond the registry is asked. */
export const READS: ToolAnnotations = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }
/** Nothing is ever deleted or overwritten; called twice it creates twice; watchers react to what is created. */
export const CREATES: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
}

/** What to change, where the message does not say it. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  NOT_FOUND: 'Find the id with one of the search tools.',
  INVALID_ARGUMENT: 'Correct the arguments that are named, and call again.',
  PAYLOAD_MISMATCH: 'fetch_receiver shows the schema that the payload must satisfy.',
  PAYLOAD_TOO_LARGE: 'Send less, or have the server accept more with --max-body-bytes.',
  UNAUTHENTICATED: 'The user must start epr-mcp with a valid EPR_TOKEN or EPR_TOKEN_FILE.',
  PERMISSION_DENIED: 'The user must start epr-mcp with an EPR_TOKEN or EPR_TOKEN_FILE that may do this.',
  UNAVAILABLE: 'The user must start the EPR server, or set EPR_URL to where it is; then call again.',
  TIMEOUT: 'Call again, or ask for less.',
  RATE_LIMITED: 'Call again later.',
}

/** What went wrong and what to change, as an assistant reads it. */
export function toProblem(error: unknown): string {
  if (!(error instanceof EprError)) return 'INTERNAL: epr-mcp failed; its log says more.'
  const details = error.details.filter((detail) => !error.message.includes(detail))
  const hint = HINTS[error.code]
  // A server's words quote what others have recorded: names of a schema, values that it allows.
  const notice = error instanceof ApiError ? NOTICE : undefined
  const problem = `${error.code}: ${[error.message, ...details].join('; ')}.`
  return [problem, hint, notice].filter(Boolean).join(' ')
}

/** Registers a tool whose result is given as structured content and, the same, as text. */
export function addTool<Input extends z.ZodType, Output extends z.ZodType<Record<string, unknown>>>(
  server: McpServer,
  name: string,
  { title, description, input, output, annotations, run }: Tool<Input, Output>,
  { log }: Pick<Services, 'log'>,
): void {
  async function call(args: unknown): Promise<CallToolResult> {
    try {
      // The SDK has parsed them with the schema by now.
      const structuredContent = await run(args as z.output<Input>)
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
    } catch (error) {
      log(`${name}: ${error instanceof EprError ? `${error.code}: ${error.message}` : String(error)}`)
      return { content: [{ type: 'text', text: toProblem(error) }], isError: true }
    }
  }
  const inputSchema: z.ZodType = input
  const outputSchema: z.ZodType = output
  server.registerTool(name, { title, description, inputSchema, outputSchema, annotations }, call)
}
