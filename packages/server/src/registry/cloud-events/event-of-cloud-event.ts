import { assertPackageName, EprError, MAX_FIELD_LENGTH, type Nvrpp, nvrppOfPackageUrl } from '@epr/model'
import { PackageURL } from 'packageurl-js'
import type { EventBody } from '../events.js'
import type { CloudEvent, CloudEventInput, CloudEventMapper } from './cloud-event.js'

/** The extension attributes that name the artifact; attribute names hold no `_` (CloudEvents 1.0.2, section 2). */
const NVRPP_ATTRIBUTES: Readonly<Record<keyof Nvrpp, string>> = {
  name: 'eprname',
  version: 'eprversion',
  release: 'eprrelease',
  platform_id: 'eprplatformid',
  package: 'eprpackage',
}

const KEPT_CHARS = 256 * 1024

/** The event of a CloudEvent, whose fields are known. */
export interface CloudEventBody extends EventBody {
  fields: Nvrpp & { description: string; success: boolean; event_receiver_id: string }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

function ofAttributes(event: CloudEvent): Partial<Nvrpp> {
  const given = Object.entries(NVRPP_ATTRIBUTES).filter(([, attribute]) => isGiven(event[attribute]))
  return Object.fromEntries(given.map(([field, attribute]) => [field, String(event[attribute])]))
}

function ofSubject({ subject }: CloudEvent): Partial<Nvrpp> {
  if (typeof subject !== 'string' || !subject.startsWith('pkg:')) return {}
  try {
    return nvrppOfPackageUrl(PackageURL.fromString(assertPackageName(subject)))
  } catch (cause) {
    throw new EprError('INVALID_ARGUMENT', `subject is not a package URL: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** What the sender says counts most, then what is known of this kind of event, then the subject. */
function toNvrpp(event: CloudEvent, known: Nvrpp | undefined): Nvrpp {
  const said = { ...known, ...ofAttributes(event) }
  const isComplete = Object.keys(NVRPP_ATTRIBUTES).every((field) => field in said)
  const nvrpp: Partial<Nvrpp> = isComplete ? said : { ...ofSubject(event), ...said }
  const details = Object.entries(NVRPP_ATTRIBUTES)
    .filter(([field]) => nvrpp[field as keyof Nvrpp] === undefined)
    .map(
      ([field, attribute]) =>
        `${attribute} is missing: send it, or a subject that is a package URL with ${field}`,
    )
  if (details.length > 0) throw new EprError('INVALID_ARGUMENT', details.join('; '), { details })
  return nvrpp as Nvrpp
}

/** Headers only know text, so that `"false"` is no less false than `false`. */
function toSuccess({ eprsuccess }: CloudEvent, known: boolean | undefined): boolean {
  if (!isGiven(eprsuccess)) return known ?? true
  const text = String(eprsuccess)
  if (text === 'true' || text === 'false') return text === 'true'
  throw new EprError('INVALID_ARGUMENT', 'eprsuccess must be true or false')
}

/** What the mappers know. That one cannot read how it went is no matter where the sender says it. */
function findKnown(event: CloudEvent, mappers: readonly CloudEventMapper[]): ReturnType<CloudEventMapper> {
  let known: ReturnType<CloudEventMapper>
  try {
    for (const mapper of mappers) known ??= mapper(event)
  } catch (error) {
    if (!(error instanceof EprError) || !isGiven(event.eprsuccess)) throw error
  }
  return known
}

function toDescription({ type, source }: CloudEvent): string {
  return [...`CloudEvent ${type} from ${source}`].slice(0, MAX_FIELD_LENGTH).join('')
}

/**
 * The event that a CloudEvent is recorded as; its payload is the CloudEvent in structured mode.
 *
 * @throws EprError INVALID_ARGUMENT that names each attribute that is missing or wrong
 */
export function toEventBody(
  { value: event, text }: CloudEventInput,
  receiverId: string,
  mappers: readonly CloudEventMapper[],
): CloudEventBody {
  const known = findKnown(event, mappers)
  return {
    fields: {
      ...toNvrpp(event, known?.nvrpp),
      description: toDescription(event),
      success: toSuccess(event, known?.success),
      event_receiver_id: receiverId,
    },
    // What is parsed of a long one is not kept until it is its turn to be recorded.
    payload: text.length > KEPT_CHARS ? { text, hasLongNumbers: true } : { value: event, text },
  }
}
