import { fileURLToPath } from 'node:url'
import { caller } from '@epr/testkit'
import { type CallToolResult, Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

export const LAUNCHER = fileURLToPath(new URL('../bin/epr-mcp.mjs', import.meta.url))

export interface Connection {
  readonly client: Client
  /** Everything epr-mcp has written to stderr so far. */
  stderr(): string
  /** Calls a tool that must succeed, and gives its structured content. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results, and assertions check what they find
  call(name: string, args?: Record<string, unknown>): Promise<any>
  /** Calls a tool that must fail, and gives what it says. */
  fail(name: string, args?: Record<string, unknown>): Promise<string>
  /** Ends epr-mcp as hosts do: by closing its stdin. */
  close(): Promise<void>
}

export interface ConnectOptions {
  args?: readonly string[]
  env?: Record<string, string>
  /** How the client opens: as clients of 2025 do, or by asking what the server speaks. @default 'auto' */
  mode?: 'legacy' | 'auto'
}

const textOf = ({ content }: CallToolResult): string => {
  const [first] = content
  return first?.type === 'text' ? first.text : ''
}

/** The built binary as a process of its own, and the SDK's client before it. */
export async function connect({ args = [], env = {}, mode = 'auto' }: ConnectOptions): Promise<Connection> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [LAUNCHER, ...args],
    env: { PATH: process.env.PATH ?? '', ...caller.env, ...env },
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const client = new Client({ name: 'tests', version: '0.0.0' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  const callTool = async (name: string, given: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: given })) as CallToolResult
  return {
    client,
    stderr: () => stderr,
    async call(name, given) {
      const result = await callTool(name, given)
      if (result.isError) throw new Error(`${name}: ${textOf(result)}`)
      if (textOf(result) !== JSON.stringify(result.structuredContent))
        throw new Error('text and content differ')
      return result.structuredContent
    },
    async fail(name, given) {
      const result = await callTool(name, given)
      if (!result.isError) throw new Error(`${name} did not fail: ${textOf(result)}`)
      return textOf(result)
    },
    close: () => client.close(),
  }
}
