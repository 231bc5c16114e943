import type { Client } from '@epr/client'
import { EprError, type Nvrpp, shorten } from '@epr/model'
import { readTextFile } from '../../input/input.js'
import { RECEIVER_NAMES, toId, withNames } from '../../objects/by-name.js'
import { findInstalled } from '../../objects/install-receivers.js'
import { KINDS } from '../../objects/kinds.js'
import { type NvrppRequest, toNvrpp } from '../../objects/nvrpp.js'
import type { Context } from '../../settings/context.js'
import { type CyclonedxVersion, readCyclonedxReceiver } from './cyclonedx.js'
import { readSbom, type SbomDocument } from './document.js'

export interface RecordRequest extends NvrppRequest {
  description?: string | undefined
  event_receiver_id?: string | undefined
  /** Its name, in place of the id. */
  receiver?: string | undefined
  success?: boolean | undefined
}

/** What flags say counts; the document only proposes. @throws UsageError that names what neither says */
function toArtifact(typed: NvrppRequest, { nvrpp }: SbomDocument): Nvrpp {
  const said = Object.entries(typed).filter(([, value]) => value !== undefined)
  return toNvrpp({ ...nvrpp, ...Object.fromEntries(said) })
}

async function findReceiver(client: Client, version: CyclonedxVersion): Promise<string> {
  const id = await findInstalled(client, await readCyclonedxReceiver(version))
  if (id !== undefined) return id
  const problem = `there is no event receiver for CycloneDX ${version}`
  throw new EprError('NOT_FOUND', `${problem}: run epr-cli sbom install, or name one with --receiver`)
}

/** Records an SBOM for the event receiver of its version. */
export async function recordSbom(
  context: Context,
  { description, event_receiver_id: id, receiver, success = true, ...typed }: RecordRequest,
  [file = '-']: string[],
): Promise<undefined> {
  const { settings, output, stdin } = context
  const document = readSbom(file === '-' ? 'stdin' : file, await readTextFile('the SBOM', file, stdin))
  const nvrpp = toArtifact(typed, document)
  const { version, components, json } = document
  const about = shorten(`SBOM of ${nvrpp.name} ${nvrpp.version}`, 200)
  const event = {
    ...nvrpp,
    description: description ?? `${about}: CycloneDX ${version}, ${components} components`,
    success,
    ...withNames(id === undefined ? {} : { event_receiver_id: id }, { receiver }),
    payload: json,
  }
  if (settings.dryRun) return output.object(event, 4)
  const client = await context.connect('record')
  const isNamed = id !== undefined || receiver !== undefined
  const event_receiver_id = isNamed
    ? await toId(RECEIVER_NAMES, { event_receiver_id: id, receiver }, client.receivers)
    : await findReceiver(client, version)
  const created = await KINDS.event.create(client, { ...event, event_receiver_id })
  return output.created('event created', created)
}
