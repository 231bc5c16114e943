import { toPlainLine } from '@epr/model'
import type { Command } from 'commander'
import type { Context, Perform } from '../settings/context.js'
import { VALUE_FLAGS } from '../settings/flags.js'
import { askFor } from './ask-for.js'

interface Whoami {
  /** `session` where the token of a job was exchanged. */
  kind?: string
  label: string
  open: boolean
  /** Of what was sent; servers before this one do not say it. */
  expires_at?: string | null
  rights: Readonly<Record<string, unknown>>[]
}

/** `record at 01J…, about {"name":"shop/*"}`. */
function toWords({ verb, ...rest }: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [String(verb), ...parts].join(', ')
}

async function showWhoami({ connect, output }: Context): Promise<undefined> {
  const whoami = await askFor<Whoami>(await connect('ask'), 'GET', '/auth/whoami')
  if (output.format !== 'table') return output.object(whoami)
  const { kind, label, open, expires_at: end } = whoami
  output.line(open ? 'nobody is asked who they are here' : toPlainLine(label))
  if (end) output.line(`  ${kind === 'session' ? 'by a session ' : ''}until ${toPlainLine(end)}`)
  for (const right of whoami.rights) output.line(`  may ${toPlainLine(toWords(right))}`)
}

export function defineWhoami(whoami: Command, perform: Perform): void {
  perform(whoami, VALUE_FLAGS, "whoami --jsonpath '{.id}'", showWhoami)
}
