import { type Findings, findingsSchema } from '@epr/model'
import { parseAnswer } from './http/answer.js'
import { toParams } from './http/params.js'
import { API_PREFIX, type Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

/** What somebody should look after, in the last so many days: 1 to 30. @default days 30 */
export type FindingsOptions = CallOptions & { days?: number | undefined }

export async function getFindings(rest: Rest, { days, ...options }: FindingsOptions = {}): Promise<Findings> {
  const query = days === undefined ? '' : `?${toParams({ days })}`
  const answer = await rest.call('GET', `${API_PREFIX}/findings${query}`, undefined, options)
  return parseAnswer(findingsSchema, answer.json, answer)
}
