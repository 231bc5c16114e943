import type { Command } from 'commander'
import type { Context, Perform } from '../../settings/context.js'
import { nvrppFlags, RECEIVER_FLAGS, text, VALUE_FLAGS, yesNo } from '../../settings/flags.js'

async function install(context: Context): Promise<undefined> {
  const { CYCLONEDX_VERSIONS, readCyclonedxReceiver } = await import('./cyclonedx.js')
  const { installReceivers } = await import('../../objects/install-receivers.js')
  return installReceivers(context, await Promise.all(CYCLONEDX_VERSIONS.map(readCyclonedxReceiver)))
}

export function defineSbom(sbom: Command, perform: Perform): void {
  perform(
    sbom
      .command('install')
      .description('Creates the event receivers of CycloneDX SBOMs, 1.4 to 1.7, that do not exist yet.'),
    {},
    'sbom install',
    install,
  )
  perform(
    sbom
      .command('record')
      .description('Records an SBOM. What no flag says of the artifact is taken from its metadata.component.')
      .argument('<file>', 'CycloneDX as JSON; - for stdin'),
    {
      ...nvrppFlags('the artifact'),
      description: text('--description <text>', 'what is recorded (default: what the SBOM is of)'),
      event_receiver_id: text(
        '--event-receiver-id <id>',
        'the event receiver (default: that of its version, see sbom install)',
      ),
      receiver: RECEIVER_FLAGS.receiver,
      ...VALUE_FLAGS,
      success: yesNo('--success', 'whether it went well (default: true)'),
    },
    [
      'sbom record bom.json --release 1 --platform-id linux --package oci',
      'sbom record bom.json --name shop --version 1.2.0 --release 1 --platform-id linux --package oci --dry-run',
    ],
    async (context, { jsonpath: _, ...request }, files) =>
      (await import('./record.js')).recordSbom(context, request, files),
  )
}
