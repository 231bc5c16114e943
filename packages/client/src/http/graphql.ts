import * as z from 'zod'
import type { ReadOptions } from '../options.js'
import type { Retry } from '../retry/retry.js'
import { type JsonAnswer, parseAnswer, readJson } from './answer.js'
import { toGraphqlError } from './api-error.js'
import type { Http } from './http.js'
import { toJsonBody } from './json-body.js'
import { isUnsent } from './network-reason.js'
import { API_PREFIX } from './rest.js'
import type { Redact } from './secrets.js'

const graphqlAnswer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
})

export interface GraphqlAnswer {
  data: Record<string, unknown>
  extensions: Record<string, unknown>
  answer: JsonAnswer
}

export interface Graphql {
  /** @throws ApiError when the answer has `errors`, also beside `data` */
  call(query: string, variables: object, options?: ReadOptions): Promise<GraphqlAnswer>
}

/** Also one in a comment or a string counts: that only costs a retry. */
const MUTATION = /\bmutation\b/

export function createGraphql(http: Http, retry: Retry, redact: Redact): Graphql {
  return {
    call(query, variables, { exact, ...options } = {}) {
      const body = toJsonBody({ query, variables })
      return retry.run(
        async (signal) => {
          const sent = await http.send({ method: 'POST', path: `${API_PREFIX}/graphql/query`, body }, signal)
          const answer = readJson(sent, redact, exact)
          const { data, errors, extensions } = parseAnswer(graphqlAnswer, answer.json, answer)
          if (errors && errors.length > 0) throw toGraphqlError(answer, errors, redact)
          return { data: data ?? {}, extensions: extensions ?? {}, answer }
        },
        { ...options, isSafe: (error) => !MUTATION.test(query) || isUnsent(error) },
      )
    },
  }
}
