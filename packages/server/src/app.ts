import { setTimeout as delay } from 'node:timers/promises'
import { createSchemaCatalogue, fromCdEvent } from '@epr/cdevents'
import { createPayloadSchemas, type SchemaCatalogue } from '@epr/payload-schema'
import type { Logger } from 'pino'
import type { Access } from './access/access.js'
import { createActors } from './access/actors.js'
import { createExchange } from './access/exchange.js'
import { createLogins } from './access/logins.js'
import type { Provider } from './access/provider.js'
import type { Config } from './config/config.js'
import { toConnectPublisher } from './config/connect-publisher.js'
import { readTlsFiles } from './config/tls-files.js'
import { createCyclonedxCatalogue } from './cyclonedx-catalogue.js'
import { createFeed } from './feed/feed.js'
import { cloudEventRoutes } from './http/cloud-events/routes.js'
import { type Budgets, createBudgets } from './http/core/budgets.js'
import { createGuards } from './http/core/guards.js'
import { isLoopback } from './http/core/host-guard.js'
import { assertFree, type HttpServer, startHttpServer } from './http/core/http-server.js'
import { createListener, type ServedRequest } from './http/core/listener.js'
import { API_PREFIX, type Route } from './http/core/route.js'
import { createGraphqlRoute } from './http/graphql/graphql.js'
import { cookieName, createCookies } from './http/login/cookies.js'
import { createOriginOf, DEVICE_PATH, type LoginOptions, loginRoutes } from './http/login/routes.js'
import type { McpOptions } from './http/mcp/mcp.js'
import { createOpenApiRoute } from './http/openapi/openapi.js'
import { healthRoutes } from './http/operations/health.js'
import { createMetrics } from './http/operations/metrics.js'
import { browserPageRoutes } from './http/pages/browser-pages.js'
import { consoleRoutes } from './http/pages/console.js'
import { startPageRoute } from './http/pages/start-page.js'
import { accessRoutes } from './http/rest/access.js'
import { findingsRoute } from './http/rest/findings.js'
import { operationsRoute } from './http/rest/operations.js'
import { restRoutes } from './http/rest/rest.js'
import { createEventStreams } from './http/rest/server-sent-events.js'
import { deviceRoutes, sessionRoutes } from './http/rest/sessions.js'
import { createFlushWindow } from './intake/flush-window.js'
import { createRecorder } from './intake/recorder.js'
import { createRecordingHealth } from './intake/recording-health.js'
import { startLeader } from './leader/leader.js'
import { createRetention } from './leader/retention.js'
import { isSecure, openAccess, sayWhoMay } from './open-access.js'
import { createProjector } from './projections/projector.js'
import { createAdministration } from './registry/administration.js'
import type { CloudEventMapper } from './registry/cloud-events/cloud-event.js'
import { fromOwnMessage } from './registry/cloud-events/own-message.js'
import { fromPlainOutcome } from './registry/cloud-events/plain-outcome.js'
import { createFindings } from './registry/findings.js'
import { createOperations } from './registry/operations.js'
import { createRefusedPayloads } from './registry/refusals.js'
import { createRegistry } from './registry/registry.js'
import { createResolveName } from './registry/resolve-name.js'
import type { ConnectPublisher } from './relay/publisher.js'
import { createRelay } from './relay/relay.js'
import { ACCESS_CHANNEL } from './storage/access.js'
import type { Database } from './storage/database.js'
import { isOutage } from './storage/database-error.js'
import { createDefinitions } from './storage/definition-cache.js'
import { analyzeEvents } from './storage/events.js'
import { migrate } from './storage/migrate.js'
import {
  ANSWERS_AT_ONCE,
  type Databases,
  type OpenedDatabase,
  openDatabase,
} from './storage/open-database.js'
import { selectOutboxFacts } from './storage/outbox.js'
import { createPaced } from './storage/paced.js'
import { selectProjectionLag } from './storage/projections.js'
import { probeRecording } from './storage/recording-probe.js'
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

/** A database that does not answer is not waited for any longer than whoever sent the signal waits. */
const STOP_LIMIT_MS = 9_000

async function withinStopLimit(stop: () => Promise<void>, onLate: () => void): Promise<void> {
  const limit = new AbortController()
  const late = delay(STOP_LIMIT_MS, undefined, { signal: limit.signal }).then(onLate, () => undefined)
  await Promise.race([stop(), late]).finally(() => limit.abort())
}

/** What receivers' schemas may refer to: CycloneDX's parts and CDEvents. */
function createCatalogue(): SchemaCatalogue {
  return { documents: new Map([...createCyclonedxCatalogue().documents, ...createSchemaCatalogue()]) }
}

interface ServiceOptions {
  version: string
  budgets: Budgets
  databases: Databases
  access: Access
  eventCount: number
  config: Config
  connectPublisher: ConnectPublisher | undefined
  cloudEventMappers: readonly CloudEventMapper[]
  log: Logger
}

/** Recording so many events a second comes before answers about many artifacts. */
const BUSY_EVENTS = 200

function createServices(options: ServiceOptions) {
  const {
    databases,
    access,
    eventCount,
    config,
    budgets,
    connectPublisher: connect,
    cloudEventMappers,
    version,
    log,
  } = options
  const { recording, reading, background, projecting } = databases
  const definitions = createDefinitions(recording)
  const payloadSchemas = createPayloadSchemas({ catalogue: createCatalogue(), log })
  const feed = createFeed(reading, definitions, config.maxPageBytes)
  const warn = (error: unknown) => log.warn({ err: error }, 'a background task failed; it is tried again')
  const { topic } = config
  const relay =
    connect && createRelay({ database: background, definitions, topic, apiPrefix: API_PREFIX, connect, log })
  const projector =
    config.projections === 'on'
      ? createProjector({
          database: projecting,
          onError: warn,
          onBrokenSbom: (sbom) => log.warn(sbom, 'an SBOM cannot be searched as a whole'),
        })
      : undefined
  const retention = createRetention(
    background,
    { keptMs: config.messageRetentionMs, areProjected: projector !== undefined },
    warn,
  )
  const leader = startLeader({
    database: background,
    onSequenced() {
      feed.messagesSequenced()
      relay?.messagesSequenced()
      projector?.messagesSequenced()
    },
    listeners: { [ACCESS_CHANNEL]: () => void access.reload().catch(warn) },
    tasks: [retention, ...(relay ? [relay.task] : []), ...(projector ? [projector.task] : [])],
    log,
  })
  const health = createRecordingHealth({
    probe: (thoroughly) => probeRecording(databases.health, thoroughly),
    isOutage,
  })
  const readFacts = async () => ({
    leading: leader.isLeading,
    recording: health.isRecording,
    outbox: await selectOutboxFacts(background, relay && topic).catch(() => undefined),
    relay: await relay?.status().catch(() => undefined),
  })
  const metrics = createMetrics({
    readFacts,
    budgets,
    isOpen: config.metricsOpen || isLoopback(config.host),
  })
  const flushes = createFlushWindow()
  const answering = createPaced(databases.answering, {
    atOnce: ANSWERS_AT_ONCE,
    isBusy: () => flushes.newest() >= BUSY_EVENTS,
  })
  const recorder = createRecorder({
    database: recording,
    background,
    eventCount,
    maxQueuedChars: config.maxQueuedBytes,
    watch: health.watch,
    onFlush(flush) {
      leader.messagesWritten()
      metrics.observeFlush(flush)
      flushes.add(flush)
    },
    onError: warn,
  })
  const refusals = createRefusedPayloads({ databases, definitions, onError: warn })
  const registry = createRegistry({
    refusals,
    databases: { ...databases, answering },
    definitions,
    payloadSchemas,
    recorder,
    actors: createActors(recording),
    maxPageBytes: config.maxPageBytes,
    cloudEventMappers,
    onMessages: leader.messagesWritten,
  })
  const readOperations = createOperations({
    databases,
    version,
    isLeading: () => leader.isLeading,
    isRecording: () => health.isRecording,
    readIntake: flushes.read,
    relay,
    topic: relay && topic,
    retentionMs: config.messageRetentionMs,
    projections: [async () => ({ name: 'answers', lag: await selectProjectionLag(background) })],
  })
  return {
    payloadSchemas,
    feed,
    relay,
    leader,
    metrics,
    recorder,
    health,
    refusals,
    registry: metrics.observe(registry),
    readOperations,
    readFindings: createFindings({
      database: answering,
      watchers: registry.watchers,
      readOperations,
    }),
    administration: createAdministration({
      database: recording,
      access,
      resolveName: createResolveName(recording),
      audience: config.publicUrl,
    }),
  }
}

/** What a server is started from. */
export interface AppOptions {
  config: Config
  /** What it says of itself in `/healthz/status` and in the OpenAPI document. */
  version: string
  log: Logger
  /** Which kinds of CloudEvents are known: how they went, and which artifact they are about. @default CDEvents */
  cloudEventMappers?: readonly CloudEventMapper[]
  /** The built console. @default beside the built server */
  consoleFiles?: URL
}

interface ServeOptions extends AppOptions {
  tls: { cert: Buffer; key: Buffer } | undefined
  opened: OpenedDatabase
  access: Access
  eventCount: number
  connectPublisher: ConnectPublisher | undefined
}

async function createProviderOf(config: Config): Promise<Provider | undefined> {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret, oidcGroupsClaim } = config
  if (issuer === undefined || clientId === undefined) return undefined
  const { createProvider } = await import('./access/provider.js')
  return createProvider({ issuer, clientId, clientSecret: oidcClientSecret, groupsClaim: oidcGroupsClaim })
}

/** How people log in, and the programs that they let in. */
async function peopleRoutes(config: Config, access: Access, database: Database): Promise<Route[]> {
  const logins = createLogins({ database, access })
  const options: LoginOptions = {
    access,
    logins,
    provider: await createProviderOf(config),
    cookies: createCookies(isSecure(config)),
    originOf: createOriginOf(config),
  }
  return [
    ...loginRoutes(options),
    ...deviceRoutes(logins, (request) => `${options.originOf(request)}${DEVICE_PATH}`),
  ]
}

/** Loaded where they are served only: memory is for events. */
async function mcpRoutes(options: McpOptions, oidcIssuer: string | undefined): Promise<Route[]> {
  const { createMcpRoute } = await import('./http/mcp/mcp.js')
  const { protectedResourceRoutes } = await import('./http/mcp/protected-resource.js')
  return [createMcpRoute(options), ...protectedResourceRoutes(options.publicUrl, oidcIssuer)]
}

async function serve(options: ServeOptions): Promise<App> {
  const { config, version, log, tls, opened, access, eventCount, connectPublisher } = options
  const { cloudEventMappers = [fromCdEvent, fromOwnMessage, fromPlainOutcome] } = options
  const { consoleFiles = new URL('./console/', import.meta.url) } = options
  const { databases } = opened
  const { publicUrl, oidcIssuer } = config
  const stopping = new AbortController()
  const budgets = createBudgets(config)
  const services = createServices({
    databases,
    access,
    eventCount,
    config,
    budgets,
    connectPublisher,
    cloudEventMappers,
    version,
    log,
  })
  const { payloadSchemas, feed, relay, leader, metrics, recorder, registry, health, administration } =
    services
  const watching = Promise.all([
    health.run(stopping.signal),
    access.run(stopping.signal),
    services.refusals.run(stopping.signal),
  ])
  const operations = healthRoutes({
    version,
    isRecording: () => health.isRecording,
    isStopping: () => stopping.signal.aborted,
    isLeading: () => leader.isLeading,
    relay,
  })
  const described = [
    ...restRoutes(registry, feed, createEventStreams(budgets.waiting)),
    operationsRoute(services.readOperations),
    findingsRoute(services.readFindings),
    ...accessRoutes(administration, access),
    ...sessionRoutes(createExchange({ database: databases.recording, access }), administration),
    ...(await peopleRoutes(config, access, databases.recording)),
    ...cloudEventRoutes(registry.cloudEvents),
    createGraphqlRoute({ registry, maxGraphqlBytes: config.maxGraphqlBytes, log }),
    ...(publicUrl === undefined ? [] : await mcpRoutes({ registry, version, publicUrl, log }, oidcIssuer)),
    startPageRoute({ hasConsole: config.console === 'on' }),
    ...browserPageRoutes(),
    ...operations,
    metrics.route,
  ]
  const pages = config.console === 'on' ? consoleRoutes(consoleFiles) : []
  const routes = [...described, createOpenApiRoute(version, described), ...pages]

  const { brokers, topic } = config
  const where = brokers.length === 0 ? 'feed only' : `feed, and topic ${topic} on ${brokers.join(', ')}`
  log.info(`data: ${opened.place}; messages: ${where}`)
  function onServed(served: ServedRequest): void {
    metrics.observeRequest(served)
    const { requestId: request_id, method, url, status, seconds } = served
    // Without the query: somebody may have put a token there.
    log.debug({ request_id, method, path: url.replace(/\?.*/s, ''), status, seconds }, 'answered')
  }
  sayWhoMay(access, config, log)

  async function closeServices(): Promise<void> {
    stopping.abort()
    await recorder.drained()
    await leader.stop()
    await watching
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
        guards: createGuards({ ...config, cookieName: cookieName(isSecure(config)) }),
        access,
        publicUrl,
        maxBodyBytes: config.maxBodyBytes,
        maxPageBytes: config.maxPageBytes,
        budgets,
        stopping: stopping.signal,
        onServed,
        onRefused: metrics.observeRefusals,
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
      await withinStopLimit(
        async () => {
          await server.close()
          await closeServices()
          await opened.close()
        },
        () =>
          log.warn('stopped without an answer of the database: what was not answered may have been recorded'),
      )
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
    const { upkeep } = opened.databases
    await assertServer(upkeep)
    await migrate(upkeep)
    const eventCount = await analyzeEvents(upkeep)
    const access = await openAccess(opened, config, log)
    await upkeep.close()
    return await serve({ ...options, tls, opened, access, eventCount, connectPublisher })
  } catch (error) {
    await opened.close()
    throw error
  }
}
