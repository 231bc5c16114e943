import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'
import { type Request, VALUE_FLAGS } from '../settings/flags.js'

/** `{state: 'publishing', lag: 0}` as `publishing, lag 0`. */
export function toWords(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value)
    .filter(([, part]) => part !== null && typeof part !== 'object')
    .map(([name, part]) => (name === 'state' ? String(part) : `${name.replaceAll('_', ' ')} ${part}`))
    .join(', ')
}

async function showStatus(
  { connect, output }: Context,
  { jsonpath }: Request<typeof VALUE_FLAGS>,
): Promise<undefined> {
  const status = await (await connect('ask')).status()
  if (output.format !== 'table' || jsonpath !== undefined) return output.object(status)
  const shown = Object.entries(status).map(([name, value]) => [name, toWords(value)])
  return output.object(Object.fromEntries(shown))
}

export function defineStatus(status: Command, perform: Perform): void {
  const examples = ['status --url https://epr.example.com', "status --jsonpath '{.version}'"]
  perform(status, VALUE_FLAGS, examples, showStatus)
}
