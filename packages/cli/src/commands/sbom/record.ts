import type { Client } from '@epr/client'
import { EprError, type Nvrpp } from '@epr/model'
import { readTextFile } from '../../input/input.js'
import { findInstalled } from '../../objects/install-receivers.js'
import { KINDS } from '../../objects/kinds.js'
import { type NvrppRequest, toNvrpp } from '../../objects/nvrpp.js'
import type { Context } from '../../settings/context.js'
import { type CyclonedxVersion, readCyclonedxReceiver } from './cyclonedx.js'
import { readSbom, type SbomDocument } from './document.js'

export interface RecordRequest extends NvrppRequest {
  description?: string | undefined
  event_receiver_id?: string | undefined
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
  throw new EprError(
    'NOT_FOUND',
    `${problem}: run epr-cli sbom install, or name one with --event-receiver-id`,
  )
}

/** Records an SBOM for the event receiver of its version. */
export async function recordSbom(
  context: Context,
  { description, event_receiver_id: named, success = true, ...typed }: RecordRequest,
  [file = '-']: string[],
): Promise<undefined> {
  const { settings, output, stdin } = context
  const document = readSbom(file === '-' ? 'stdin' : file, await readTextFile('the SBOM', file, stdin))
  const nvrpp = toArtifact(typed, document)
  const { version, components, json } = document
  const about = `SBOM of ${nvrpp.name} ${nvrpp.version}`.slice(0, 200)
  const event = {
    ...nvrpp,
    description: description ?? `${about}: CycloneDX ${version}, ${components} components`,
    success,
    ...(named !== undefined && { event_receiver_id: named }),
    payload: json,
  }
  if (settings.dryRun) return output.object(event, 4)
  const client = await context.connect('record')
  const event_receiver_id = named ?? (await findReceiver(client, version))
  const id = await KINDS.event.create(client, { ...event, event_receiver_id })
  return output.created('event created', id)
}
