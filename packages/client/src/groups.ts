import {
  type DefinitionFilter,
  type EventReceiverGroup,
  type eventReceiverGroupInputSchema,
  eventReceiverGroupSchema,
  type GateArtifact,
  type GateArtifacts,
  type GateStatus,
  type GroupField,
  gateArtifactsSchema,
  gateStatusSchema,
  type Nvrpp,
  resolveName,
  SEARCHED,
} from '@epr/model'
import type { z } from 'zod'
import { parseAnswer, toObject, toSegment } from './http/answer.js'
import { toJsonBody } from './http/json-body.js'
import { explainLack } from './http/lacking.js'
import { toNvrppParams, toParams } from './http/params.js'
import { API_PREFIX } from './http/rest.js'
import type { CallOptions, CreateOptions } from './options.js'
import { createSearch, type Services } from './search.js'
import type { FindAllOptions, SearchOptions } from './search-options.js'
import { type WaitOptions, waitUntilOpen } from './wait-until-open.js'

/** What a group is made of. `enabled` absent is false. */
export type NewGroup = z.input<typeof eventReceiverGroupInputSchema>

/** Exact matches, all of those given; null and undefined say nothing. */
export type GroupFilter = DefinitionFilter

/** Which artifacts of a gate are wanted, and which page of them. */
export interface GateArtifactsQuery {
  /** @default all */
  state?: readonly GateArtifact['state'][] | undefined
  /** A name; with `*` at its end, how it begins. */
  name?: string | undefined
  /** `waiting`: what is not open, the one that waits the longest first. @default recent */
  order?: 'recent' | 'waiting' | undefined
  /** Those too that a newer artifact has superseded, by being open at any time. @default false */
  superseded?: boolean | undefined
  /** The gate as it stood at that moment (RFC 3339). */
  at?: string | undefined
  /** 1 to 1000. @default 50 */
  limit?: number | undefined
  /** The `next` of the page before. */
  after?: string | undefined
}

/** Event receiver groups, which are gates: `client.groups`. */
export interface Groups {
  /** Gives the id. @throws ApiError INVALID_ARGUMENT for blank fields, unknown or repeated receivers */
  create(group: NewGroup, options?: CreateOptions): Promise<string>
  /** @throws ApiError NOT_FOUND */
  get(id: string, options?: CallOptions): Promise<EventReceiverGroup>
  /** All that match, fetched with as many requests as it takes. @throws EprError INVALID_ARGUMENT for unknown names */
  find<const Field extends GroupField = GroupField>(
    filter: GroupFilter,
    options?: SearchOptions<Field>,
  ): Promise<Pick<EventReceiverGroup, Field>[]>
  /** The same, fetched as they are read. */
  findAll<const Field extends GroupField = GroupField>(
    filter: GroupFilter,
    options?: FindAllOptions<Field>,
  ): AsyncGenerator<Pick<EventReceiverGroup, Field>, void, undefined>
  /**
   * The id of the only group that is called so: `name`, or `name@version`. An id stands for itself.
   *
   * @throws EprError NOT_FOUND; INVALID_ARGUMENT when several are called so, whose details name them
   */
  resolve(name: string, options?: CallOptions): Promise<string>
  /** Lets the group send completions. Never made twice: each call that arrives sends a message. @throws ApiError NOT_FOUND */
  enable(id: string, options?: CallOptions): Promise<void>
  /** Stops the group from sending completions. Never made twice either. @throws ApiError NOT_FOUND */
  disable(id: string, options?: CallOptions): Promise<void>
  /** Where an artifact stands at the gate. @throws ApiError NOT_FOUND, INVALID_ARGUMENT for a blank NVRPP field */
  status(id: string, nvrpp: Nvrpp, options?: CallOptions): Promise<GateStatus>
  /**
   * A page of the gate's artifacts, and where each stands; as of the answer's `cursor`. `next` is the `after` of the next
   * page, and pages may be short.
   *
   * @throws ApiError NOT_FOUND; INVALID_ARGUMENT for what does not go together
   */
  artifacts(id: string, query?: GateArtifactsQuery, options?: CallOptions): Promise<GateArtifacts>
  /**
   * Resolves once every receiver's latest event for the artifact is a success. A failed gate is waited for too:
   * the next run may open it.
   *
   * @throws GateTimeoutError (TIMEOUT) with the last status, whose details name the receivers that are not passed;
   *   what `status` throws
   */
  waitUntilOpen(id: string, nvrpp: Nvrpp, options?: WaitOptions): Promise<GateStatus>
}

export function createGroups(services: Services): Groups {
  const { rest, features } = services
  const search = createSearch(SEARCHED.group, services)

  async function setEnabled(id: string, enabled: boolean, options?: CallOptions): Promise<void> {
    await rest.call('PATCH', `${API_PREFIX}/groups/${toSegment(id)}`, toJsonBody({ enabled }), options)
  }

  async function status(
    id: string,
    nvrpp: Nvrpp,
    options?: CallOptions,
    call = 'groups.status',
  ): Promise<GateStatus> {
    const path = `${API_PREFIX}/groups/${toSegment(id)}/status?${toNvrppParams(nvrpp)}`
    const answer = await rest.call('GET', path, undefined, options).catch((error: unknown) => {
      throw explainLack(error, call, 'group-status', features)
    })
    return toObject(gateStatusSchema, answer)
  }

  return {
    create: (group, options) => rest.create('/groups', group, options),
    get: (id, options) => rest.get('/groups', id, eventReceiverGroupSchema, options),
    find: search.find as Groups['find'],
    findAll: search.findAll as Groups['findAll'],
    resolve: (name, options) =>
      resolveName(
        'group',
        name,
        (filter) =>
          search.find(filter, { ...options, fields: ['id', 'name', 'version'] }) as Promise<
            Pick<EventReceiverGroup, 'id' | 'name' | 'version'>[]
          >,
      ),
    enable: (id, options) => setEnabled(id, true, options),
    disable: (id, options) => setEnabled(id, false, options),
    status: (id, nvrpp, options) => status(id, nvrpp, options),
    async artifacts(id, query = {}, options) {
      const path = `${API_PREFIX}/groups/${toSegment(id)}/artifacts?${toParams(query)}`
      const answer = await rest.call('GET', path, undefined, options)
      return parseAnswer(gateArtifactsSchema, answer.json, answer)
    },
    waitUntilOpen: (id, nvrpp, options = {}) =>
      waitUntilOpen((signal) => status(id, nvrpp, { signal }, 'groups.waitUntilOpen'), options),
  }
}
