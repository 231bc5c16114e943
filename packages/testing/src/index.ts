// Bodies of requests, and messages.

export { buildMessage } from './build-message.js'
export { buildCloudEvent, buildEvent, buildGroup, buildNvrpp, buildReceiver } from './builders.js'

// In place of Kafka, of the feed, of a registry.

export { createFakeFeed, type FakeFeed } from './fake-feed.js'
export {
  createFakeMessages,
  type FakeDeadLetter,
  type FakeDelivery,
  type FakeMessages,
  type FakeSource,
} from './fake-source.js'
export { startRegistry, type TestRegistry, type TestRegistryOptions } from './registry.js'
export { waitFor } from './wait.js'

// For tests that look at the server's process.

export { runServer, type ServerProcess, type ServerProcessOptions, startServer } from './server-process.js'
