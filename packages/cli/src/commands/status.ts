import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'

async function showStatus({ connect, output }: Context): Promise<undefined> {
  const client = await connect('ask')
  await output.object(await client.status())
}

export function defineStatus(status: Command, perform: Perform): void {
  perform(status, {}, 'status --url https://epr.example.com', showStatus)
}
