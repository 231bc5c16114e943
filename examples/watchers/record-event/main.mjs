import { allOf, bySuccess, byType, createWatcher, NotRetryableError } from '@epr/watcher'
import { settings } from '../program.mjs'
import { sourceOf, token } from '../source.mjs'

const { EPR_URL: url = 'http://localhost:8042', FOLLOW_UP_RECEIVER: receiver } = settings
if (!receiver) throw new Error('FOLLOW_UP_RECEIVER is needed: the id of the event receiver of the follow-up')

const watcher = createWatcher({
  source: sourceOf('record-event'),
  match: allOf(byType(settings.WATCH_TYPE ?? 'foo.bar'), bySuccess(true)),
  async handle({ name, version, release, platform_id, package: packaging, id: cause }, { id, signal }) {
    const event = {
      ...{ name, version, release, platform_id, package: packaging },
      description: 'follows from another event',
      payload: { cause },
      success: true,
      event_receiver_id: receiver,
    }
    const response = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      // Sent again, it is still one event.
      headers: { 'idempotency-key': id, ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(event),
      signal,
    })
    if (response.ok) return
    const text = `the registry answered ${response.status}: ${await response.text()}`
    throw response.status < 500 && response.status !== 429 ? new NotRetryableError(text) : new Error(text)
  },
  handleSignals: true,
})
await watcher.run()
