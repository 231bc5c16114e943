import type { Context } from './context.js'
import { CYCLONEDX_VERSIONS, readCyclonedxReceiver } from './cyclonedx.js'
import { installReceivers } from './install-receivers.js'

export async function installSboms(context: Context): Promise<undefined> {
  return installReceivers(context, await Promise.all(CYCLONEDX_VERSIONS.map(readCyclonedxReceiver)))
}
