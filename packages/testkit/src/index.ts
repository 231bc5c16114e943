export {
  buildCloudEvent,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  waitFor,
} from '@epr/testing'
export { type Answer, type Api, createApi, type FeedMessage, readFeed } from './api.js'
export { type ContractSubject, describeApiContract } from './api-contract.js'
export { type Caller, caller } from './caller.js'
export {
  type ClonedDatabase,
  cloneDatabase,
  execute,
  queryRows,
  startPostgres,
  type TestPostgres,
  withDatabase,
} from './database.js'
export {
  DELIVERY_HISTORY,
  DELIVERY_SPAN,
  DELIVERY_TYPES,
  type ToldDelivery,
} from './delivery-history.js'
export { createFaultyLink, type FaultyLink, linkToPostgres } from './faulty-link.js'
export { type KafkaBroker, type KafkaOptions, startKafka } from './kafka.js'
export { kafkaBrokers, kafkaHome } from './kafka-services.js'
export { installPacked } from './pack.js'
export { runServer, type ServerProcess, type ServerProcessOptions, startServer } from './server-process.js'
export { BOOLEAN_CASES, DURATION_CASES } from './setting-cases.js'
export { startTestGithub, type TestGithub } from './test-github.js'
export { startTestIssuer, type TestIssuer } from './test-issuer.js'
export { startTestProvider, type TestProvider } from './test-provider.js'
export { startTestServer, type TestServer } from './test-server.js'
