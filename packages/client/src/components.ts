import { type FoundComponent, type FoundComponents, foundComponentsSchema } from '@epr/model'
import { parseAnswer } from './http/answer.js'
import { toParams } from './http/params.js'
import { API_PREFIX } from './http/rest.js'
import type { CallOptions } from './options.js'
import type { Services } from './search.js'

/** Which page of the answer is wanted. */
export interface ComponentsPage {
  /** 1 to 1000. @default 50 */
  limit?: number
  /** The `next` of the page before. */
  after?: string
}

/** What artifacts are made of, as their SBOMs say: `client.components`. */
export interface Components {
  /**
   * A page of the artifacts that have a component: the highest version first, and of each what was recorded last first.
   *
   * @param text a package URL, a CPE, a hash, or a name: `log4j-core`, `log4j*`, `log4j-core@2.14.1`, `log4j-core@2.14*`,
   *   `lodash@<4.17.21`
   * @throws ApiError INVALID_ARGUMENT for a text that is none of these, or that means too much; UNAVAILABLE while the server
   *   makes such answers for the first time
   */
  search(text: string, page?: ComponentsPage, options?: CallOptions): Promise<FoundComponents>
  /** All of them, fetched as they are read. */
  searchAll(
    text: string,
    page?: Omit<ComponentsPage, 'after'>,
    options?: CallOptions,
  ): AsyncGenerator<FoundComponent, void, undefined>
}

export function createComponents({ rest }: Pick<Services, 'rest'>): Components {
  async function search(
    text: string,
    page: ComponentsPage = {},
    options?: CallOptions,
  ): Promise<FoundComponents> {
    const params = toParams({ q: text, ...page })
    const answer = await rest.call('GET', `${API_PREFIX}/components?${params}`, undefined, options)
    return parseAnswer(foundComponentsSchema, answer.json, answer)
  }

  return {
    search,
    async *searchAll(text, page = {}, options) {
      let after: string | null = null
      do {
        const found: FoundComponents = await search(
          text,
          { ...page, ...(after !== null && { after }) },
          options,
        )
        yield* found.data
        after = found.next
      } while (after !== null)
    },
  }
}
