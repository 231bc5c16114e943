import { EprError, type ErrorCode } from '@epr/model'
import type { CallToolResult, McpServer, ToolAnnotations } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { NOTICE } from './notice.js'
import type { ToolRegistry } from './registry.js'

/** What tools, resources and prompts work with. */
export interface Services {
  registry: ToolRegistry
  /** What an assistant can do about an error, where its message does not say it: beside what is the same everywhere. */
  hints: Partial<Record<ErrorCode, string>>
  /** Whether an error may quote what others have recorded: names of a schema, values that it allows. */
  isQuoting: (error: EprError) => boolean
  /** What it is given holds no token. */
  log: (text: string, error: unknown) => void
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
  PAYLOAD_TOO_LARGE: 'Send less.',
  TIMEOUT: 'Call again, or ask for less.',
  RATE_LIMITED: 'Call again later.',
}

/** What went wrong and what to change, as an assistant reads it. */
export function toProblem(
  error: unknown,
  { hints, isQuoting }: Pick<Services, 'hints' | 'isQuoting'>,
): string {
  if (!(error instanceof EprError)) return 'INTERNAL: something failed here; the log says more.'
  const details = error.details.filter((detail) => !error.message.includes(detail))
  const hint = hints[error.code] ?? HINTS[error.code]
  const notice = isQuoting(error) ? NOTICE : undefined
  const problem = `${error.code}: ${[error.message, ...details].join('; ')}.`
  return [problem, hint, notice].filter(Boolean).join(' ')
}

/** Registers a tool whose result is given as structured content and, the same, as text. */
export function addTool<Input extends z.ZodType, Output extends z.ZodType<Record<string, unknown>>>(
  server: McpServer,
  name: string,
  { title, description, input, output, annotations, run }: Tool<Input, Output>,
  services: Pick<Services, 'hints' | 'isQuoting' | 'log'>,
): void {
  async function call(args: unknown): Promise<CallToolResult> {
    try {
      // The SDK has parsed them with the schema by now.
      const structuredContent = await run(args as z.output<Input>)
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
    } catch (error) {
      const said = error instanceof EprError ? `${error.code}: ${error.message}` : String(error)
      services.log(`${name}: ${said}`, error)
      return { content: [{ type: 'text', text: toProblem(error, services) }], isError: true }
    }
  }
  const inputSchema: z.ZodType = input
  const outputSchema: z.ZodType = output
  server.registerTool(name, { title, description, inputSchema, outputSchema, annotations }, call)
}
