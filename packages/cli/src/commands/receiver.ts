import type { Command } from 'commander'
import type { Perform } from '../settings/context.js'
import { defineDefinitionSearch, defineGenerate, defineGet } from './kind-commands.js'

export function defineReceiver(receiver: Command, perform: Perform): void {
  perform(
    receiver
      .command('create')
      .description('Creates an event receiver.')
      .option('--name <text>', 'its name')
      .option('--type <text>', 'type of the messages that its events cause')
      .option('--version <text>', 'its version')
      .option('--description <text>', 'what it stands for')
      .option('--schema <json>', 'JSON Schema of payloads: JSON, YAML, @file or @- (stdin)', '{}'),
    `receiver create --name foo-cli --type epr.foo.cli --version 1.0.0 --description "foo was built" --schema @schema.json`,
    async (context, flags) => (await import('../objects/create.js')).create(context, 'receiver', flags),
  )
  defineDefinitionSearch(receiver, perform, 'receiver', 'receiver search --type epr.foo.cli --fields all')
  defineGet(receiver, perform, 'receiver')
  defineGenerate(receiver, perform, 'receiver')
}
