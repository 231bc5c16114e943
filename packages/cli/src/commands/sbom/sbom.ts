import type { Command } from 'commander'
import type { Perform } from '../../settings/context.js'
import { addNvrppFlags, flag } from '../../settings/flags.js'

export function defineSbom(sbom: Command, perform: Perform): void {
  perform(
    sbom
      .command('install')
      .description('Creates the event receivers of CycloneDX SBOMs, 1.4 to 1.7, that do not exist yet.'),
    'sbom install',
    async (context) => (await import('./install.js')).installSboms(context),
  )
  perform(
    addNvrppFlags(
      sbom
        .command('record')
        .description(
          'Records an SBOM. What no flag says of the artifact is taken from its metadata.component.',
        )
        .argument('<file>', 'CycloneDX as JSON; - for stdin'),
      'the artifact',
    )
      .option('--description <text>', 'what is recorded (default: what the SBOM is of)')
      .option(
        '--event-receiver-id <id>',
        'the event receiver (default: that of its version, see sbom install)',
      )
      .addOption(flag('--success', 'whether it went well (default: true)')),
    'sbom record bom.json --release 1 --platform-id linux --package oci',
    async (context, flags, files) => (await import('./record.js')).recordSbom(context, flags, files),
  )
}
