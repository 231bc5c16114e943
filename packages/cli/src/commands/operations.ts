import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'
import { type Request, VALUE_FLAGS } from '../settings/flags.js'
import { toWords } from './status.js'

async function showOperations(
  { connect, output }: Context,
  { jsonpath }: Request<typeof VALUE_FLAGS>,
): Promise<undefined> {
  const operations = await (await connect('ask')).operations()
  if (output.format !== 'table' || jsonpath !== undefined) return output.object(operations)
  const { relay, projections, ...rest } = operations
  const shown = {
    ...rest,
    relay: relay ?? 'feed only',
    ...(relay?.last_error && { relay_error: `${relay.last_error.time}: ${relay.last_error.message}` }),
    ...Object.fromEntries(projections.map(({ name, lag }) => [name, `lag ${lag}`])),
  }
  return output.object(
    Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, toWords(value)])),
  )
}

export function defineOperations(operations: Command, perform: Perform): void {
  const examples = ['operations', "operations --jsonpath '{.feed.newest_cursor}'"]
  perform(operations, VALUE_FLAGS, examples, showOperations)
}
