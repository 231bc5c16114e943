import type { Event, Message } from '@epr/model'
import { buildCdEvent } from './build-cd-event.js'
import type { CdEvent } from './cd-event.js'

const TIME = '2026-11-23T10:00:00.000001Z'
const ID = '01JD0000000000000000000000'

export const SHOP = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
export const PURL = 'pkg:oci/shop@1.2.0?platform_id=linux'

/** That SHOP is deployed. */
export const deployed = buildCdEvent('dev.cdevents.service.deployed.0.3.0', {
  source: '/cd/shop',
  subject: { id: 'shop', content: { environment: { id: 'production' }, artifactId: PURL } },
})

/** That a pipeline has finished, with an outcome or without. */
export function finished(outcome?: string): CdEvent {
  const content = { pipelineName: 'shop', ...(outcome && { outcome }) }
  const subject = { id: 'run-1', content }
  return buildCdEvent('dev.cdevents.pipelinerun.finished.0.2.0', {
    source: '/ci',
    subject,
  })
}

/** An event of SHOP. */
export function buildEvent(payload: unknown): Event {
  return {
    ...SHOP,
    id: ID,
    description: 'of a test',
    payload,
    success: true,
    event_receiver_id: ID,
    created_at: TIME,
  }
}

/** The message about an event for a receiver of a type. */
export function buildMessage(type: string, payload: unknown): Message {
  const {
    name,
    version,
    release,
    platform_id,
    package: packaging,
    success,
    id,
    ...rest
  } = buildEvent(payload)
  const nvrpp = { name, version, release, platform_id, package: packaging }
  const event = { ...nvrpp, ...rest, id, success }
  const head = { success, id, specversion: '1.0', type, source: 'epr', api_version: 'v1' }
  return { ...head, ...nvrpp, data: { events: [event], event_receivers: [], event_receiver_groups: [] } }
}
