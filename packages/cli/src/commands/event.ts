import { SEARCHED } from '@epr/model'
import type { Command } from 'commander'
import type { Perform } from '../settings/context.js'
import {
  filterFlags,
  nvrppFlags,
  RECEIVER_FLAGS,
  SEARCH_FLAGS,
  text,
  VALUE_FLAGS,
  yesNo,
} from '../settings/flags.js'
import { defineGenerate, defineGet } from './kind-commands.js'

export function defineEvent(event: Command, perform: Perform): void {
  perform(
    event.command('create').description('Records an event.'),
    {
      ...nvrppFlags('the artifact'),
      description: text('--description <text>', 'what happened'),
      ...RECEIVER_FLAGS,
      payload: text(
        '--payload <json>',
        'details, as the receiver wants them: JSON, YAML, @file or - (stdin); default: {}',
      ),
      success: yesNo('--success', 'whether it went well (default: false)'),
      cloudevent: text(
        '--cloudevent <json>',
        'a CloudEvent in place of all that: JSON, YAML, @file or - (stdin)',
      ),
      ...VALUE_FLAGS,
    },
    [
      'event create --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --description "unit tests" --receiver tests --payload \'{"passed": 812}\' --success',
      'event create --receiver scan --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --description "nightly scan" --payload @report.json --success',
      'event create --receiver tests --cloudevent @cloudevent.json',
    ],
    async (context, { cloudevent, jsonpath: _, ...request }) => {
      if (cloudevent === undefined) {
        // Many events have nothing to say but that they happened.
        const { payload: carried = '{}', receiver, ...fields } = request
        return (await import('../objects/create.js')).create(context, 'event', { fields, carried, receiver })
      }
      const { event_receiver_id, receiver, ...others } = request
      const { createFromCloudEvent } = await import('../objects/create-from-cloud-event.js')
      return createFromCloudEvent(context, { cloudevent, event_receiver_id, receiver }, others)
    },
  )
  perform(
    event.command('search').description('Finds events: all those that match every flag exactly.'),
    {
      ...filterFlags(SEARCHED.event.filter),
      receiver: RECEIVER_FLAGS.receiver,
      ...SEARCH_FLAGS,
    },
    [
      'event search --name shop --success=false --since 2h --fields id,version,description',
      "event search --receiver tests --limit 1 --order desc --jsonpath '{.items[0].id}'",
      'event search --all -o ndjson',
    ],
    async (context, request) => (await import('../objects/search.js')).search(context, 'event', request),
  )
  defineGet(event, perform, 'event')
  defineGenerate(event, perform, 'event')
}
