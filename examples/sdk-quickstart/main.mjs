import { createClient } from '@epr/client'

const epr = createClient({
  url: process.env.EPR_URL || 'http://localhost:8042',
  token: process.env.EPR_TOKEN,
})
const common = { version: '1.0.0', description: 'from the quickstart of the SDK' }
const built = await epr.receivers.create({ ...common, name: 'build', type: 'demo.built', schema: {} })
const tested = await epr.receivers.create({ ...common, name: 'tests', type: 'demo.tested', schema: true })
const gate = {
  name: 'release-gate',
  type: 'demo.releasable',
  enabled: true,
  event_receiver_ids: [built, tested],
}
const group = await epr.groups.create({ ...common, ...gate })
const { next: after } = await epr.messages.list({ after: 'latest' })

const shop = {
  name: `shop-${Date.now()}`,
  version: '1.2.0',
  release: '1',
  platform_id: 'linux',
  package: 'oci',
}
const event = { ...shop, description: 'went well', success: true }
await epr.events.create({ ...event, event_receiver_id: built, payload: { image: 'shop:1.2.0' } })
await epr.events.create({ ...event, event_receiver_id: tested, payload: { passed: 812 } })

for await (const { message } of epr.messages.stream({ after, signal: AbortSignal.timeout(30_000) })) {
  // Messages come a moment after what they are about: those of the receivers and the group may come now.
  if (message.name !== shop.name) continue
  console.log(`${message.type} ${message.name}`)
  if (message.id === group) process.exit(0)
}
console.error('the gate did not open within 30 seconds')
process.exit(1)
