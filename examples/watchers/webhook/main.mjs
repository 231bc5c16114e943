import { createHmac } from 'node:crypto'
import { byType, createWatcher, NotRetryableError } from '@epr/watcher'
import { settings } from '../program.mjs'
import { sourceOf } from '../source.mjs'

const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret = '', WEBHOOK_TYPES: types = '*' } = settings
if (!url || !URL.canParse(url)) throw new Error('WEBHOOK_URL is needed: where the messages are posted to')
const [, base64] =
  /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(secret) ?? []
const key = Buffer.from(base64 ?? '', 'base64')
// What is not base64 would be decoded to something else, and nothing to an empty key, with which anybody can sign.
if (key.length < 24 || key.length > 64)
  throw new Error(
    'WEBHOOK_SECRET is needed: whsec_ and 24 to 64 bytes in base64, as Standard Webhooks has it',
  )

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function sign(id, body) {
  const timestamp = Math.floor(Date.now() / 1_000)
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` }
}

const watcher = createWatcher({
  source: sourceOf('webhook'),
  match: byType(types),
  async handle(message, { id, signal }) {
    const body = JSON.stringify({ type: message.type, timestamp: new Date().toISOString(), data: message })
    const headers = { 'content-type': 'application/json', ...sign(id, body) }
    const { ok, status } = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
    if (ok) return
    if (status === 410) {
      // The receiver wants no more. Not waited for: a stop waits for this handler.
      void watcher.stop()
      throw new Error('the receiver is gone')
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429)
      throw new NotRetryableError(`the receiver refused the message: ${status}`)
    throw new Error(`the receiver answered ${status}`)
  },
  timeoutMs: 20_000,
  retry: { attempts: 8, initialDelayMs: 500, maxDelayMs: 30_000 },
  handleSignals: true,
})
await watcher.run()
