import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'
import { VALUE_FLAGS } from '../settings/flags.js'

async function showStatus({ connect, output }: Context): Promise<undefined> {
  const client = await connect('ask')
  await output.object(await client.status())
}

export function defineStatus(status: Command, perform: Perform): void {
  perform(status, VALUE_FLAGS, 'status --url https://epr.example.com', showStatus)
}
