import {
  type Artifact,
  type ArtifactGates,
  type Artifacts as ArtifactsAnswer,
  artifactGatesSchema,
  artifactsSchema,
  type Nvrpp,
} from '@epr/model'
import { parseAnswer } from './http/answer.js'
import { toNvrppParams, toParams } from './http/params.js'
import { API_PREFIX } from './http/rest.js'
import type { CallOptions } from './options.js'
import type { Services } from './search.js'

/** Which artifacts are wanted, and which page of them. */
export interface ArtifactsQuery {
  /** A name; with `*` at its end, how it begins. @default all */
  name?: string | undefined
  version?: string | undefined
  /** 1 to 1000. @default 50 */
  limit?: number | undefined
  /** The `next` of the page before. */
  after?: string | undefined
}

/** What events are about: `client.artifacts`. */
export interface Artifacts {
  /**
   * A page: the one that was first seen last first, by a beginning of a name in the order of names.
   *
   * @throws ApiError INVALID_ARGUMENT; UNAVAILABLE while the server makes such answers for the first time
   */
  find(query?: ArtifactsQuery, options?: CallOptions): Promise<ArtifactsAnswer>
  /** All there are, fetched as they are read. */
  findAll(
    query?: Omit<ArtifactsQuery, 'after'>,
    options?: CallOptions,
  ): AsyncGenerator<Artifact, void, undefined>
  /**
   * Every gate of which a receiver has an event of the artifact, with each change of its state.
   *
   * @throws ApiError NOT_FOUND when there is no event of it; INVALID_ARGUMENT for a blank NVRPP field
   */
  gates(nvrpp: Nvrpp, options?: CallOptions): Promise<ArtifactGates>
}

export function createArtifacts({ rest }: Pick<Services, 'rest'>): Artifacts {
  async function find(query: ArtifactsQuery = {}, options?: CallOptions): Promise<ArtifactsAnswer> {
    const answer = await rest.call('GET', `${API_PREFIX}/artifacts?${toParams(query)}`, undefined, options)
    return parseAnswer(artifactsSchema, answer.json, answer)
  }

  return {
    find,
    async *findAll(query = {}, options) {
      let after: string | null = null
      do {
        const page: ArtifactsAnswer = await find({ ...query, ...(after !== null && { after }) }, options)
        yield* page.data
        after = page.next
      } while (after !== null)
    },
    async gates(nvrpp, options) {
      const path = `${API_PREFIX}/artifacts/gates?${toNvrppParams(nvrpp)}`
      const answer = await rest.call('GET', path, undefined, options)
      return parseAnswer(artifactGatesSchema, answer.json, answer)
    },
  }
}
