import { SERVER_URL } from '../../data/api.js'
import { Command, Empty } from '../../ui/parts.js'

/** The first steps, while there is no gate. */
export function NoGates() {
  const at = ` --url ${SERVER_URL}`
  return (
    <Empty title="No gate yet">
      <p>
        A gate opens for an artifact when the latest event at each of its receivers is a success. Three
        commands make one:
      </p>
      <Command
        text={`epr-cli receiver create --name build --type shop.built --version 1.0.0 --description "a build has ended"${at}`}
      />
      <Command
        text={`epr-cli group create --name release --type shop.releasable --version 1.0.0 --description "may be released" --receivers build${at}`}
      />
      <Command
        text={`epr-cli event create --event-receiver-id ID --name cart --version 1.0.0 --release 1 --platform-id linux --package oci --description built --success --payload '{}'${at}`}
      />
    </Empty>
  )
}
