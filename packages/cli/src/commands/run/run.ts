import { type Command, Option } from 'commander'
import type { Perform } from '../../settings/context.js'
import { addNvrppFlags } from '../../settings/flags.js'

export function defineRun(command: Command, perform: Perform): void {
  addNvrppFlags(command, 'the artifact')
    .option('--event-receiver-id <id>', 'the event receiver that the outcome is posted to')
    .option('--description <text>', 'default: the command line')
    .addOption(new Option('--payload <json>', 'an object to record beside the outcome: JSON, YAML or @file'))
    .argument('<command...>', 'the command and its arguments, behind --')
    .passThroughOptions()
  perform(
    command,
    'run --event-receiver-id 01HKX0KY3B31MR3XKJWTDZ4EQ0 --name shop --version 1.2.0 --release 1 --platform-id linux --package oci -- make test',
    async (context, flags, words) =>
      (await import('./run-and-record.js')).runAndRecord(context, flags, words),
  )
}
