import { type SearchAnswer, searchAnswerSchema } from '@epr/model'
import { parseAnswer } from './http/answer.js'
import { toParams } from './http/params.js'
import { API_PREFIX, type Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

export async function searchAnything(rest: Rest, text: string, options?: CallOptions): Promise<SearchAnswer> {
  const answer = await rest.call('GET', `${API_PREFIX}/search?${toParams({ q: text })}`, undefined, options)
  return parseAnswer(searchAnswerSchema, answer.json, answer)
}
