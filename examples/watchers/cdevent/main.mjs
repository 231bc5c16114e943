import { buildCdEvent, toCdEvent, toEprEvent, toPackageUrl } from '@epr/cdevents'
import { ApiError, createClient } from '@epr/client'
import { allOf, bySuccess, byType, createWatcher, NotRetryableError } from '@epr/watcher'
import { settings } from '../program.mjs'
import { sourceOf, token } from '../source.mjs'

const PACKAGED = 'dev.cdevents.artifact.packaged.0.3.0'

const { EPR_URL: url = 'http://localhost:8042' } = settings
const epr = createClient({ url, token })
const [receiver] = await epr.receivers.find({ type: PACKAGED }, { order: 'desc', limit: 1, fields: ['id'] })
if (!receiver) throw new Error('there is no receiver for it yet: epr-cli cdevents install artifact.packaged')

/** The artifact that a build has made, packaged; the same for the same build. */
function toPackaged({ context, subject, customData }, nvrpp) {
  const { id, source, timestamp, chainId } = context
  return buildCdEvent(PACKAGED, {
    id: `${id}-packaged`,
    source,
    timestamp,
    subject: {
      id: subject.content.artifactId ?? toPackageUrl(nvrpp),
      content: { change: { id: customData?.change ?? subject.id } },
    },
    ...(chainId && { chainId }),
    links: [{ linkType: 'PATH', from: { contextId: id } }],
  })
}

const watcher = createWatcher({
  source: sourceOf('cdevent'),
  match: allOf(byType('dev.cdevents.build.finished.*'), bySuccess(true)),
  async handle(message, { id, signal }) {
    const build = toCdEvent(message)
    if (!build) throw new NotRetryableError('the message holds no CDEvent')
    const { name, version, release, platform_id, package: packaging } = message
    const nvrpp = { name, version, release, platform_id, package: packaging }
    const event = toEprEvent(toPackaged(build, nvrpp), { event_receiver_id: receiver.id, nvrpp })
    try {
      // Sent again, it is still one event.
      await epr.events.create(event, { idempotencyKey: id, signal })
    } catch (error) {
      // The client has tried again already what is worth it; what the registry refuses, it refuses tomorrow.
      const isRefused = error instanceof ApiError && error.status < 500 && error.status !== 429
      throw isRefused ? new NotRetryableError(error.message, { cause: error }) : error
    }
    console.log(`${PACKAGED} ${name} ${version}`)
  },
  handleSignals: true,
})
await watcher.run()
