import { SEARCHED } from '@epr/model'
import type { Command } from 'commander'
import type { KindName } from '../objects/kinds.js'
import type { Perform } from '../settings/context.js'
import { filterFlags, SEARCH_FLAGS, text, toggle } from '../settings/flags.js'

/** The commands that every kind of object has. */

export function defineGet(parent: Command, perform: Perform, kind: KindName): void {
  perform(
    parent.command('get').description('Shows one.').argument('[id]', 'its id'),
    { id: text('--id <id>', 'its id') },
    `${kind} get 01HKX0KY3B31MR3XKJWTDZ4EQ0`,
    async (context, { id }, ids) => (await import('../objects/get.js')).get(context, kind, id, ...ids),
  )
}

export function defineGenerate(parent: Command, perform: Perform, kind: KindName): void {
  perform(
    parent
      .command('generate')
      .description('Creates all that a file holds. A file is checked to its end before anything is sent.')
      .argument('<file>', 'JSON, NDJSON or YAML: objects or arrays of objects; - for stdin'),
    { keepGoing: toggle('--keep-going', 'go on behind an entry that fails') },
    `${kind} generate ${kind}s.yaml`,
    async (context, request, files) =>
      (await import('../objects/generate.js')).generate(context, kind, request, files),
  )
}

/** Receivers and groups are searched alike. */
export function defineDefinitionSearch(
  parent: Command,
  perform: Perform,
  kind: 'receiver' | 'group',
  example: string,
): void {
  perform(
    parent.command('search').description('Finds all that match every flag exactly.'),
    {
      ...filterFlags(SEARCHED[kind].filter),
      ...SEARCH_FLAGS,
    },
    example,
    async (context, request) => (await import('../objects/search.js')).search(context, kind, request),
  )
}
