import type { Command } from 'commander'
import type { Perform } from '../settings/context.js'
import { list, rows, text, VALUE_FLAGS } from '../settings/flags.js'
import { defineDefinitionSearch, defineGenerate, defineGet } from './kind-commands.js'

export function defineReceiver(receiver: Command, perform: Perform): void {
  perform(
    receiver.command('create').description('Creates an event receiver.'),
    {
      name: text('--name <text>', 'its name'),
      type: text('--type <text>', 'type of the messages that its events cause'),
      version: text('--version <text>', 'its version'),
      description: text('--description <text>', 'what it stands for'),
      schema: text('--schema <json>', 'JSON Schema of payloads: JSON, YAML, @file or - (stdin)', '{}'),
      ...VALUE_FLAGS,
    },
    [
      `receiver create --name foo-cli --type epr.foo.cli --version 1.0.0 --description "foo was built" --schema @schema.json`,
      'receiver create --name lint --type shop.linted --version 1.0.0 --description "style" -q',
    ],
    async (context, { schema: carried, jsonpath: _, ...fields }) =>
      (await import('../objects/create.js')).create(context, 'receiver', { fields, carried }),
  )
  perform(
    receiver
      .command('check')
      .description(
        'Tries a schema before a receiver is made of it: on samples, and on what a receiver has got.',
      )
      .argument('<schema>', 'JSON or YAML file with the schema; - for stdin'),
    {
      sample: list('--sample <list>', 'files with a payload each that must satisfy it'),
      against: text(
        '--against <name>',
        'hold the newest payloads of this event receiver to it: id, name or name@version',
      ),
      last: rows('--last <number>', 'how many of them, 1 to 500 (default 500)'),
      ...VALUE_FLAGS,
    },
    [
      'receiver check schema.json --sample good.json',
      'receiver check schema.json --against tests --last 100',
    ],
    async (context, request, files) =>
      (await import('../objects/check-schema.js')).checkSchema(context, request, files),
  )
  perform(
    receiver.command('refusals').description('Where payloads broke its schema, and how often.'),
    {
      id: text('--id <id>', 'its id'),
      receiver: text('--receiver <name>', 'its name, or name@version, in place of --id'),
      hours: rows('--hours <number>', 'how far back, 1 to 720 (default 168)'),
      ...VALUE_FLAGS,
    },
    ['receiver refusals --receiver tests', "receiver refusals --receiver tests --jsonpath '{.paths}'"],
    async (context, request) => (await import('../objects/refusals.js')).showRefusals(context, request),
  )
  perform(
    receiver
      .command('usage')
      .description('What receivers get and refuse, day by day, and who waits for them.'),
    {
      days: rows('--days <number>', 'how many days back, 1 to 30 (default 30)'),
      ...VALUE_FLAGS,
    },
    ['receiver usage', "receiver usage --days 7 --jsonpath '{[*].warnings}'"],
    async (context, request) => (await import('../objects/receiver-usage.js')).showUsage(context, request),
  )
  defineDefinitionSearch(receiver, perform, 'receiver', [
    'receiver search --type epr.foo.cli --fields all',
    'receiver search --name tests -q',
  ])
  defineGet(receiver, perform, 'receiver')
  defineGenerate(receiver, perform, 'receiver')
}
