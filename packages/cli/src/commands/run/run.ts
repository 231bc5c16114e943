import type { Command } from 'commander'
import type { Perform } from '../../settings/context.js'
import { nvrppFlags, RECEIVER_FLAGS, text, toggle } from '../../settings/flags.js'

export function defineRun(command: Command, perform: Perform): void {
  perform(
    command.argument('<command...>', 'the command and its arguments, behind --').passThroughOptions(),
    {
      ...nvrppFlags('the artifact'),
      ...RECEIVER_FLAGS,
      description: text('--description <text>', 'default: the command line'),
      strict: toggle('--strict', 'exit with 125 when the outcome could not be recorded'),
      payload: text('--payload <json>', 'an object to record beside the outcome: JSON, YAML or @file'),
    },
    [
      'run --receiver tests --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --strict -- make test',
      'run --receiver tests --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --payload \'{"branch": "main"}\' -- make test',
    ],
    async (context, request, words) =>
      (await import('./run-and-record.js')).runAndRecord(context, request, words),
  )
}
