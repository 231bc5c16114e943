import { installReceivers } from '../../objects/install-receivers.js'
import type { Context } from '../../settings/context.js'
import { CYCLONEDX_VERSIONS, readCyclonedxReceiver } from './cyclonedx.js'

export async function installSboms(context: Context): Promise<undefined> {
  return installReceivers(context, await Promise.all(CYCLONEDX_VERSIONS.map(readCyclonedxReceiver)))
}
