import { SEARCHED } from '@epr/model'
import type { Command } from 'commander'
import type { KindName } from '../objects/kinds.js'
import type { Perform } from '../settings/context.js'
import { filterFlags, SEARCH_FLAGS, text, toggle, VALUE_FLAGS } from '../settings/flags.js'

/** The commands that every kind of object has. */

const GET_FLAGS = { id: text('--id <id>', 'its id'), ...VALUE_FLAGS }

/** How one of a kind is shown; those that have names of their own are found by them too. */
const GETS = {
  event: {
    flags: GET_FLAGS,
    examples: ['event get 01HKX0KY3B31MR3XKJWTDZ4EQ0', 'event get 01HKX0KY3B31MR3XKJWTDZ4EQ0 -o yaml'],
  },
  receiver: {
    flags: { ...GET_FLAGS, named: text('--receiver <name>', 'its name, or name@version') },
    examples: ['receiver get --receiver tests', "receiver get --receiver tests --jsonpath '{.schema}'"],
  },
  group: {
    flags: { ...GET_FLAGS, named: text('--group <name>', 'its name, or name@version') },
    examples: ['group get --group release', 'group get --group release -o yaml'],
  },
}

export function defineGet(parent: Command, perform: Perform, kind: KindName): void {
  const { flags, examples } = GETS[kind]
  perform(
    parent.command('get').description('Shows one.').argument('[id]', 'its id'),
    flags,
    examples,
    async (context, request, ids) => (await import('../objects/get.js')).get(context, kind, request, ids),
  )
}

export function defineGenerate(parent: Command, perform: Perform, kind: KindName): void {
  perform(
    parent
      .command('generate')
      .description('Creates all that a file holds. A file is checked to its end before anything is sent.')
      .argument('<file>', 'JSON, NDJSON or YAML: objects or arrays of objects; - for stdin'),
    { keepGoing: toggle('--keep-going', 'go on behind an entry that fails') },
    [`${kind} generate ${kind}s.yaml`, `${kind} generate ${kind}s.yaml --dry-run`],
    async (context, request, files) =>
      (await import('../objects/generate.js')).generate(context, kind, request, files),
  )
}

/** Receivers and groups are searched alike. */
export function defineDefinitionSearch(
  parent: Command,
  perform: Perform,
  kind: 'receiver' | 'group',
  examples: readonly string[],
): void {
  perform(
    parent.command('search').description('Finds all that match every flag exactly.'),
    {
      ...filterFlags(SEARCHED[kind].filter),
      ...SEARCH_FLAGS,
    },
    examples,
    async (context, request) => (await import('../objects/search.js')).search(context, kind, request),
  )
}
