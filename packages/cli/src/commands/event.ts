import { SEARCHED } from '@epr/model'
import type { Command } from 'commander'
import type { Perform } from '../settings/context.js'
import { filterFlags, nvrppFlags, SEARCH_FLAGS, text, yesNo } from '../settings/flags.js'
import { defineGenerate, defineGet } from './kind-commands.js'

export function defineEvent(event: Command, perform: Perform): void {
  perform(
    event.command('create').description('Records an event.'),
    {
      ...nvrppFlags('the artifact'),
      description: text('--description <text>', 'what happened'),
      event_receiver_id: text('--event-receiver-id <id>', 'the event receiver it is posted to'),
      payload: text(
        '--payload <json>',
        'details, as the receiver wants them: JSON, YAML, @file or @- (stdin)',
      ),
      success: yesNo('--success', 'whether it went well (default: false)'),
      cloudevent: text(
        '--cloudevent <json>',
        'a CloudEvent in place of all that: JSON, YAML, @file or @- (stdin)',
      ),
    },
    'event create --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --description "unit tests" --event-receiver-id 01HKX0KY3B31MR3XKJWTDZ4EQ0 --payload \'{"passed": 812}\' --success',
    async (context, { cloudevent, ...request }) => {
      if (cloudevent === undefined) {
        const { payload: carried, ...fields } = request
        return (await import('../objects/create.js')).create(context, 'event', { fields, carried })
      }
      const { event_receiver_id, ...others } = request
      const { createFromCloudEvent } = await import('../objects/create-from-cloud-event.js')
      return createFromCloudEvent(context, { cloudevent, event_receiver_id }, others)
    },
  )
  perform(
    event.command('search').description('Finds events: all those that match every flag exactly.'),
    {
      ...filterFlags(SEARCHED.event.filter),
      ...SEARCH_FLAGS,
    },
    'event search --name shop --success=false --since 2h --fields id,version,description',
    async (context, request) => (await import('../objects/search.js')).search(context, 'event', request),
  )
  defineGet(event, perform, 'event')
  defineGenerate(event, perform, 'event')
}
