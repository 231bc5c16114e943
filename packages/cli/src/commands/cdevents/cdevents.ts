import type { Command } from 'commander'
import type { Perform } from '../../settings/context.js'
import { oneOf } from '../../settings/flags.js'

const release = oneOf('--release <release>', 'only of this release of CDEvents', ['0.5.1', '0.4.1'])

export function defineCdevents(cdevents: Command, perform: Perform): void {
  perform(
    cdevents.command('list').description('Lists the event types that there are.'),
    { release },
    'cdevents list --release 0.5.1',
    async (context, request) => (await import('./list.js')).listTypes(context, request.release),
  )
  perform(
    cdevents
      .command('show')
      .description('Prints the JSON Schema of an event type.')
      .argument('<type>', 'build.finished, or with its version: dev.cdevents.build.finished.0.3.0'),
    {},
    'cdevents show build.finished',
    async (context, _request, names) => (await import('./list.js')).showSchema(context, names),
  )
  perform(
    cdevents
      .command('install')
      .description('Creates the event receivers that do not exist yet, of some event types or of all.')
      .argument('[types...]', 'build.finished, or with its version: dev.cdevents.build.finished.0.3.0'),
    { release },
    'cdevents install build.finished artifact.packaged service.deployed',
    async (context, request, names) =>
      (await import('./install.js')).install(context, request.release, names),
  )
}
