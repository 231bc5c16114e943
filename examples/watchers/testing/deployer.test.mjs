import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@epr/client'
import {
  buildEvent,
  buildMessage,
  buildReceiver,
  createFakeFeed,
  createFakeMessages,
  startRegistry,
  waitFor,
} from '@epr/testing'
import { byType, createWatcher } from '@epr/watcher'

test('a watcher deploys what was built, and nothing else', async () => {
  const messages = createFakeMessages()
  messages.add(buildMessage({ type: 'dev.built', name: 'shop', version: '1.2.0' }))
  messages.add(buildMessage({ type: 'dev.tested', name: 'shop' }))
  const deployed = []
  const watcher = createWatcher({
    source: messages.createSource(),
    match: byType('dev.built'),
    handle: ({ name, version }) => deployed.push(`${name} ${version}`),
  })
  const ended = watcher.run()
  await waitFor('both messages', () => messages.outcomes.size === 2)
  await watcher.stop()
  await ended
  assert.deepEqual(deployed, ['shop 1.2.0'])
  assert.deepEqual(messages.letters, [])
})

test('a stream goes on after the server was away', async () => {
  const feed = createFakeFeed()
  const epr = createClient({ url: 'http://registry.test', fetch: feed.fetch })
  feed.add(buildMessage({ name: 'one' }))
  const seen = []
  for await (const { message } of epr.messages.stream()) {
    seen.push(message.name)
    if (seen.length === 2) break
    feed.cut()
    feed.add(buildMessage({ name: 'two' }))
  }
  assert.deepEqual(seen, ['one', 'two'])
})

test('a registry records an event', async () => {
  const registry = await startRegistry() // or startRegistry({ url }) for one that runs already
  try {
    const epr = createClient({ url: registry.url })
    const receiver = await epr.receivers.create(buildReceiver())
    const id = await epr.events.create(buildEvent(receiver))
    assert.equal((await epr.events.get(id)).event_receiver_id, receiver)
  } finally {
    await registry.stop()
  }
})
