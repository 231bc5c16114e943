import { EprError, type Findings, type Operations, type SearchAnswer } from '@epr/model'
import { type Artifacts, createArtifacts } from './artifacts.js'
import { type Components, createComponents } from './components.js'
import { createDelivery, type DeliveryCalls } from './delivery.js'
import { createEvents, type Events } from './events.js'
import { createMessages, type Messages } from './feed/messages.js'
import { type FindingsOptions, getFindings } from './findings.js'
import { createGroups, type Groups } from './groups.js'
import { createGraphql } from './http/graphql.js'
import { createHttp } from './http/http.js'
import { toJsonBody } from './http/json-body.js'
import { API_PREFIX, createRest, type RestAnswer, type RestOptions } from './http/rest.js'
import { createSecrets } from './http/secrets.js'
import { createTokens } from './http/tokens.js'
import { getOperations } from './operations.js'
import { type CallOptions, type ClientOptions, type ReadOptions, toSettings } from './options.js'
import { createReceivers, type Receivers } from './receivers.js'
import { createRetry } from './retry/retry.js'
import { searchAnything } from './search-anything.js'
import { getStatus, type ServerStatus } from './status.js'
import { createWatchers, type Watchers } from './watchers.js'

/**
 * An EPR server. Every call rejects with an `EprError`: an ApiError for what the server refuses, a NetworkError
 * when there is no answer (UNAVAILABLE, TIMEOUT), a ResponseError for an answer that is not one of EPR; or with the
 * reason of its signal. Reads are made again after UNAVAILABLE, TIMEOUT and RATE_LIMITED; creations, once they may have arrived,
 * only at a server that keeps Idempotency-Keys.
 */
export interface Client {
  readonly receivers: Receivers
  readonly groups: Groups
  readonly events: Events
  readonly artifacts: Artifacts
  readonly components: Components
  readonly delivery: DeliveryCalls
  readonly messages: Messages
  readonly watchers: Watchers
  /** How the registry goes, for whoever runs it: intake, feed, relay, database, watchers. */
  operations(options?: CallOptions): Promise<Operations>
  /**
   * What a text names: an id, a package URL, a hash, a name (with a version, or how it begins), `component:` and what its search
   * takes, a cursor of the feed, a moment. The answer says what the text was taken for.
   *
   * @throws ApiError INVALID_ARGUMENT for a text that is empty, longer than 500 characters, or not the package URL or hash that it
   *   claims to be; UNAVAILABLE while the server makes answers about many artifacts for the first time
   */
  search(text: string, options?: CallOptions): Promise<SearchAnswer>
  /**
   * What somebody should look after: gates that nobody can pass, receivers that nobody uses, watchers that are silent.
   *
   * @throws ApiError UNAVAILABLE while the server makes such answers for the first time
   */
  findings(options?: FindingsOptions): Promise<Findings>
  /** What the server says of itself. */
  status(options?: CallOptions): Promise<ServerStatus>
  /**
   * Any call of REST; `path` is below `/api/v1`: `rest('GET', '/events?limit=1')`. `body` may hold `JsonText`.
   * Only GETs, and calls with an `idempotencyKey`, are ever made again.
   */
  rest(method: string, path: string, body?: unknown, options?: RestOptions): Promise<RestAnswer>
  /**
   * Any call of GraphQL; gives `data`. Made again only when `query` holds no mutation.
   *
   * @throws ApiError when the answer has `errors`: the first one's code, all their texts
   */
  graphql(query: string, variables?: object, options?: ReadOptions): Promise<Record<string, unknown>>
}

/** @throws EprError INVALID_ARGUMENT for options that make no client; no text shows their values */
export function createClient(options: ClientOptions): Client {
  const settings = toSettings(options)
  const secrets = createSecrets(settings.secrets)
  const { redact } = secrets
  const http = createHttp(settings, redact, settings.tokens && createTokens(settings.tokens, secrets))
  const retry = createRetry(settings)
  const rest = createRest(http, retry, redact)
  const graphql = createGraphql(http, retry, redact)
  const services = { rest, graphql, features: http.features }
  return {
    receivers: createReceivers(services),
    groups: createGroups(services),
    events: createEvents(services),
    artifacts: createArtifacts(services),
    components: createComponents(services),
    delivery: createDelivery(rest),
    messages: createMessages(rest, { http, retry, redact, backoff: settings.retry }),
    watchers: createWatchers(rest),
    operations: (callOptions) => getOperations(rest, callOptions),
    search: (text, callOptions) => searchAnything(rest, text, callOptions),
    findings: (findingsOptions) => getFindings(rest, findingsOptions),
    status: (callOptions) => getStatus(rest, http.features, callOptions),
    async rest(method, path, body, restOptions) {
      if (!path.startsWith('/')) throw new EprError('INVALID_ARGUMENT', 'path must start with /')
      const text = body === undefined ? undefined : toJsonBody(body)
      return rest.call(method.toUpperCase(), API_PREFIX + path, text, restOptions)
    },
    graphql: async (query, variables = {}, readOptions) =>
      (await graphql.call(query, variables, readOptions)).data,
  }
}
