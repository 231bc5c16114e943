import { type Command, Option } from 'commander'
import type { Perform } from '../settings/context.js'
import { parseDuration } from '../settings/duration.js'
import { addNvrppFlags, flag, parseList } from '../settings/flags.js'
import { defineDefinitionSearch, defineGenerate, defineGet } from './kind-commands.js'

export function defineGroup(group: Command, perform: Perform): void {
  perform(
    group
      .command('create')
      .description('Creates an event receiver group.')
      .option('--name <text>', 'its name')
      .option('--type <text>', 'type of the message that tells its completion')
      .option('--version <text>', 'its version')
      .option('--description <text>', 'what it is a gate for')
      .addOption(
        new Option('--event-receiver-ids <list>', 'its event receivers, with spaces or commas').argParser(
          parseList,
        ),
      )
      .addOption(flag('--enabled', 'whether it tells completions').default(true)),
    'group create --name gate --type epr.gate --version 1.0.0 --description "may be released" --event-receiver-ids "01HKX0J9KS8AASMRYX61458N41 01HKX0KY3B31MR3XKJWTDZ4EQ0"',
    async (context, flags) => (await import('../objects/create.js')).create(context, 'group', flags),
  )
  defineDefinitionSearch(group, perform, 'group', 'group search --name gate --fields all')
  defineGet(group, perform, 'group')
  perform(
    group
      .command('modify')
      .description('Lets a group tell completions, or stops it.')
      .option('--id <id>', 'its id')
      .option('--enable', 'let it tell completions')
      .option('--disable', 'stop it'),
    'group modify --id 01HKX0KY3B31MR3XKJWTDZ4EQ0 --disable',
    async (context, flags) => (await import('./group-modify.js')).modifyGroup(context, flags),
  )
  perform(
    addNvrppFlags(
      group
        .command('status')
        .description(
          'Shows where an artifact stands at a gate. Exits with 0 open, 10 failed, 11 missing, 12 timed out.',
        )
        .option('--id <id>', 'id of the group'),
      'the artifact',
    ).addOption(
      new Option('--wait <duration>', 'wait until it is open, at most so long, like 10m').argParser(
        parseDuration,
      ),
    ),
    'group status --id 01HKX0KY3B31MR3XKJWTDZ4EQ0 --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --wait 10m',
    async (context, flags) => (await import('./group-status.js')).showGroupStatus(context, flags),
  )
  defineGenerate(group, perform, 'group')
}
