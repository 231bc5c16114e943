import { type Command, Option } from 'commander'
import type { Perform } from '../../settings/context.js'

const releaseFlag = (): Option =>
  new Option('--release <release>', 'only of this release of CDEvents').choices(['0.5.1', '0.4.1'])

export function defineCdevents(cdevents: Command, perform: Perform): void {
  perform(
    cdevents.command('list').description('Lists the event types that there are.').addOption(releaseFlag()),
    'cdevents list --release 0.5.1',
    async (context, flags) => (await import('./list.js')).listTypes(context, flags),
  )
  perform(
    cdevents
      .command('show')
      .description('Prints the JSON Schema of an event type.')
      .argument('<type>', 'build.finished, or with its version: dev.cdevents.build.finished.0.3.0'),
    'cdevents show build.finished',
    async (context, _flags, names) => (await import('./list.js')).showSchema(context, names),
  )
  perform(
    cdevents
      .command('install')
      .description('Creates the event receivers that do not exist yet, of some event types or of all.')
      .argument('[types...]', 'build.finished, or with its version: dev.cdevents.build.finished.0.3.0')
      .addOption(releaseFlag()),
    'cdevents install build.finished artifact.packaged service.deployed',
    async (context, flags, names) => (await import('./install.js')).install(context, flags, names),
  )
}
