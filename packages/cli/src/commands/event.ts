import type { Command } from 'commander'
import { type Perform, textFlag } from '../settings/context.js'
import { addNvrppFlags, addSearchFlags, flag } from '../settings/flags.js'
import { defineGenerate, defineGet } from './kind-commands.js'

export function defineEvent(event: Command, perform: Perform): void {
  perform(
    addNvrppFlags(event.command('create').description('Records an event.'), 'the artifact')
      .option('--description <text>', 'what happened')
      .option('--event-receiver-id <id>', 'the event receiver it is posted to')
      .option('--payload <json>', 'details, as the receiver wants them: JSON, YAML, @file or @- (stdin)')
      .addOption(flag('--success', 'whether it went well (default: false)'))
      .option('--cloudevent <json>', 'a CloudEvent in place of all that: JSON, YAML, @file or @- (stdin)'),
    'event create --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --description "unit tests" --event-receiver-id 01HKX0KY3B31MR3XKJWTDZ4EQ0 --payload \'{"passed": 812}\' --success',
    async (context, flags) => {
      const cloudEvent = textFlag(flags, 'cloudevent')
      if (cloudEvent === undefined)
        return (await import('../objects/create.js')).create(context, 'event', flags)
      const { createFromCloudEvent } = await import('../objects/create-from-cloud-event.js')
      return createFromCloudEvent(context, cloudEvent, flags)
    },
  )
  perform(
    addSearchFlags(
      addNvrppFlags(
        event
          .command('search')
          .description('Finds events: all those that match every flag exactly.')
          .option('--id <id>', 'id'),
        'the artifact',
      )
        .addOption(flag('--success', 'whether it went well'))
        .option('--event-receiver-id <id>', 'the event receiver it was posted to'),
    ),
    'event search --name shop --success=false --since 2h --fields id,version,description',
    async (context, flags) => (await import('../objects/search.js')).search(context, 'event', flags),
  )
  defineGet(event, perform, 'event')
  defineGenerate(event, perform, 'event')
}
