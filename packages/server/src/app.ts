import { createSchemaCatalogue, fromCdEvent } from '@epr/cdevents'
import { createPayloadSchemas, type SchemaCatalogue } from '@epr/payload-schema'
import type { Logger } from 'pino'
import type { Config } from './config/config.js'
import { toConnectPublisher } from './config/connect-publisher.js'
import { readTlsFiles } from './config/tls-files.js'
import { createCyclonedxCatalogue } from './cyclonedx-catalogue.js'
import { createFeed } from './feed/feed.js'
import { cloudEventRoutes } from './http/cloud-events/routes.js'
import { createGuards } from './http/core/guards.js'
import { isLoopback } from './http/core/host-guard.js'
import { assertFree, type HttpServer, startHttpServer } from './http/core/http-server.js'
import { createListener, type ServedRequest } from './http/core/listener.js'
import { API_PREFIX } from './http/core/route.js'
import { createGraphqlRoute } from './http/graphql/graphql.js'
import { createOpenApiRoute } from './http/openapi/openapi.js'
import { healthRoutes } from './http/operations/health.js'
import { createMetrics } from './http/operations/metrics.js'
import { browserPageRoutes } from './http/pages/browser-pages.js'
import { startPageRoute } from './http/pages/start-page.js'
import { restRoutes } from './http/rest/rest.js'
import { createRecorder } from './intake/recorder.js'
import { startLeader } from './leader/leader.js'
import { createRetention } from './leader/retention.js'
import type { CloudEventMapper } from './registry/cloud-events/cloud-event.js'
import { fromOwnMessage } from './registry/cloud-events/own-message.js'
import { fromPlainOutcome } from './registry/cloud-events/plain-outcome.js'
import { createRegistry } from './registry/registry.js'
import type { ConnectPublisher } from './relay/publisher.js'
import { createRelay } from './relay/relay.js'
import type { Database } from './storage/database.js'
import { createDefinitions } from './storage/definition-cache.js'
import { analyzeEvents } from './storage/events.js'
import { migrate } from './storage/migrate.js'
import { type OpenedDatabase, openDatabase } from './storage/open-database.js'
import { selectOutboxFacts } from './storage/outbox.js'
import { assertServer } from './storage/server-version.js'

/** A running server. */
export interface App {
  /** Where it listens: `http://localhost:8042`. */
  readonly url: string
  /** Where its data is, for people; without a password. */
  readonly place: string
  /** Answers what is in flight, writes what is queued, sends what is written, then closes everything. */
  stop(): Promise<void>
}

/** What receivers' schemas may refer to: CycloneDX's parts and CDEvents. */
function createCatalogue(): SchemaCatalogue {
  return { documents: new Map([...createCyclonedxCatalogue().documents, ...createSchemaCatalogue()]) }
}

interface ServiceOptions {
  database: Database
  eventCount: number
  config: Config
  connectPublisher: ConnectPublisher | undefined
  cloudEventMappers: readonly CloudEventMapper[]
  log: Logger
}

function createServices(options: ServiceOptions) {
  const { database, eventCount, config, connectPublisher: connect, cloudEventMappers, log } = options
  const definitions = createDefinitions(database)
  const payloadSchemas = createPayloadSchemas({ catalogue: createCatalogue(), log })
  const feed = createFeed(database, definitions)
  const warn = (error: unknown) => log.warn({ err: error }, 'a background task failed; it is tried again')
  const { topic } = config
  const relay = connect && createRelay({ database, definitions, topic, apiPrefix: API_PREFIX, connect, log })
  const leader = startLeader({
    database,
    onSequenced() {
      feed.messagesSequenced()
      relay?.messagesSequenced()
    },
    tasks: [createRetention(database, config.messageRetentionMs, warn), ...(relay ? [relay.task] : [])],
    log,
  })
  const metrics = createMetrics(async () => ({
    leading: leader.isLeading,
    outbox: await selectOutboxFacts(database, relay && topic).catch(() => undefined),
    relay: await relay?.status().catch(() => undefined),
  }))
  const recorder = createRecorder({
    database,
    eventCount,
    onFlush(flush) {
      leader.messagesWritten()
      metrics.observeFlush(flush)
    },
    onError: warn,
  })
  const registry = createRegistry({
    database,
    definitions,
    payloadSchemas,
    recorder,
    cloudEventMappers,
    onMessages: leader.messagesWritten,
  })
  return { payloadSchemas, feed, relay, leader, metrics, recorder, registry: metrics.observe(registry) }
}

/** What a server is started from. */
export interface AppOptions {
  config: Config
  /** What it says of itself in `/healthz/status` and in the OpenAPI document. */
  version: string
  log: Logger
  /** Which kinds of CloudEvents are known: how they went, and which artifact they are about. @default CDEvents */
  cloudEventMappers?: readonly CloudEventMapper[]
}

interface ServeOptions extends AppOptions {
  tls: { cert: Buffer; key: Buffer } | undefined
  opened: OpenedDatabase
  eventCount: number
  connectPublisher: ConnectPublisher | undefined
}

async function serve(options: ServeOptions): Promise<App> {
  const { config, version, log, tls, opened, eventCount, connectPublisher } = options
  const { cloudEventMappers = [fromCdEvent, fromOwnMessage, fromPlainOutcome] } = options
  const { database } = opened
  const stopping = new AbortController()
  const services = createServices({ database, eventCount, config, connectPublisher, cloudEventMappers, log })
  const { payloadSchemas, feed, relay, leader, metrics, recorder, registry } = services
  const health = healthRoutes({
    version,
    pingDatabase: async () => void (await database.query('select 1')),
    isStopping: () => stopping.signal.aborted,
    isLeading: () => leader.isLeading,
    relay,
  })
  const described = [
    ...restRoutes(registry, feed),
    ...cloudEventRoutes(registry.cloudEvents),
    createGraphqlRoute({ registry, log }),
    startPageRoute(),
    ...browserPageRoutes(),
    ...health,
    metrics.route,
  ]
  const routes = [...described, createOpenApiRoute(version, described)]

  const { brokers, topic } = config
  const where = brokers.length === 0 ? 'feed only' : `feed, and topic ${topic} on ${brokers.join(', ')}`
  log.info(`data: ${opened.place}; messages: ${where}`)
  function onServed(served: ServedRequest): void {
    metrics.observeRequest(served)
    const { requestId: request_id, method, url, status, seconds } = served
    // Without the query: somebody may have put a token there.
    log.debug({ request_id, method, path: url.replace(/\?.*/s, ''), status, seconds }, 'answered')
  }
  if (!isLoopback(config.host)) {
    log.warn(
      { host: config.host },
      `--host ${config.host}: whoever reaches this address can read and write; there is no login`,
    )
  }

  async function closeServices(): Promise<void> {
    await recorder.drained()
    await leader.stop()
    await payloadSchemas.close()
  }

  let server: HttpServer
  try {
    server = await startHttpServer({
      host: config.host,
      port: config.port,
      tls,
      listener: createListener({
        routes,
        guards: createGuards(config),
        maxBodyBytes: config.maxBodyBytes,
        stopping: stopping.signal,
        onServed,
        log,
      }),
    })
  } catch (error) {
    await closeServices()
    throw error
  }
  return {
    url: server.url,
    place: opened.place,
    async stop() {
      log.info('stopping: what is in flight is answered first')
      stopping.abort()
      await server.close()
      await closeServices()
      await opened.close()
      log.info('stopped')
    },
  }
}

/**
 * Wires everything by hand; the only place that knows all parts.
 *
 * @throws EprError with what is wrong with the configuration, the database or the port
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log } = options
  const tls = await readTlsFiles(config, log)
  const connectPublisher = await toConnectPublisher(config, log)
  // Before a database is made or waited for.
  await assertFree(config)
  const opened = await openDatabase(config.db, log)
  try {
    await assertServer(opened.database)
    await migrate(opened.database)
    const eventCount = await analyzeEvents(opened.database)
    return await serve({ ...options, tls, opened, eventCount, connectPublisher })
  } catch (error) {
    await opened.close()
    throw error
  }
}
