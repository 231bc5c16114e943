import { EprError, type ErrorCode } from '@epr/model'
import * as z from 'zod'
import { type CreateResult, type Item, toBatches, toFailure } from './batches.js'
import { parseAnswer, toId, toResponseError } from './http/answer.js'
import { errorSchema } from './http/api-error.js'
import type { CallOptions } from './options.js'
import type { Services } from './search.js'

/** How far a `createMany` is. */
export interface CreateManyProgress {
  /** How many have a result by now, and of how many. */
  done: number
  total: number
  /** The results since the last call, in order; the first is that of the event at `done - results.length`. */
  results: readonly CreateResult[]
}

/** `timeoutMs` is that of one request, not of all. Sizes out of range are an INVALID_ARGUMENT. */
export interface CreateManyOptions extends CallOptions {
  /** Told after each request. */
  onProgress?: ((progress: CreateManyProgress) => void) | undefined
  /** How many events go into one request at most, where the server takes batches. 1 to 1000. @default 1000 */
  batchSize?: number | undefined
  /** How large the body of one request gets, in bytes, from 1; a larger event goes alone. @default 4 MiB */
  batchBytes?: number | undefined
}

const MAX_BATCH_SIZE = 1_000
const BATCH_BYTES = 4 * 1024 * 1024

/** What the server says of an event, not of its sender: the next one may fare better. */
const ITEM_CODES: ReadonlySet<ErrorCode> = new Set([
  'INVALID_ARGUMENT',
  'PAYLOAD_MISMATCH',
  'PAYLOAD_TOO_LARGE',
])

const resultSchema = z.union([
  z.object({ id: z.string().min(1) }),
  z
    .object({ errors: z.array(z.string()).min(1), error: errorSchema.optional().catch(undefined) })
    .transform(({ errors, error }) => ({ errors, ...(error?.code && { code: error.code }) })),
])
const batchAnswer = z.object({ data: z.array(resultSchema) })

/** Of a batch that is refused as a whole, the halves are tried: in the end the bad event is alone. */
const halve = (items: Item[]): Item[][] => {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

export async function createMany(
  events: readonly unknown[],
  { rest, features }: Services,
  { onProgress, batchSize = MAX_BATCH_SIZE, batchBytes = BATCH_BYTES, ...options }: CreateManyOptions,
): Promise<CreateResult[]> {
  if (!(batchSize >= 1 && batchSize <= MAX_BATCH_SIZE)) {
    throw new EprError('INVALID_ARGUMENT', `batchSize must be a number from 1 to ${MAX_BATCH_SIZE}`)
  }
  if (!(batchBytes >= 1)) throw new EprError('INVALID_ARGUMENT', 'batchBytes must be a number from 1')
  const results: CreateResult[] = []
  let reported = 0

  /** Tells what has a result without a gap before it. */
  function report(): void {
    const start = reported
    while (results[reported] !== undefined) reported++
    if (reported > start)
      onProgress?.({ done: reported, total: events.length, results: results.slice(start, reported) })
  }

  // The original answers 500 where an event names a receiver that it does not know.
  const isOfItem = (code: ErrorCode): boolean =>
    ITEM_CODES.has(code) || (code === 'INTERNAL' && !features.has('batch'))

  async function post(items: Item[]): Promise<CreateResult[]> {
    const [only] = items
    if (items.length === 1 && only) return [{ id: toId(await rest.post('/events', only.text, options)) }]
    const body = `[${items.map(({ text }) => text).join(',')}]`
    const answer = await rest.post('/events/batch', body, options)
    const { data } = parseAnswer(batchAnswer, answer.json, answer)
    if (data.length === items.length) return data
    throw toResponseError(answer, `the server answered ${data.length} results to ${items.length} events`)
  }

  async function create(items: Item[]): Promise<void> {
    try {
      const created = await post(items)
      for (const [at, item] of items.entries()) results[item.index] = created[at] ?? { errors: [] }
    } catch (error) {
      if (!(error instanceof EprError) || !isOfItem(error.code)) throw error
      const [only] = items
      if (items.length === 1 && only) results[only.index] = toFailure(error)
      else for (const half of halve(items)) await create(half)
    }
    report()
  }

  // A server that has not been heard yet gets the first event alone, and says by its answer whether it takes many.
  const limits = () => ({ items: features.has('batch') ? batchSize : 1, bytes: batchBytes })
  const refuse = (index: number, result: CreateResult) => {
    results[index] = result
  }
  try {
    for (const batch of toBatches(events, limits, refuse)) await create(batch)
  } catch (error) {
    if (!(error instanceof EprError) || options.signal?.aborted) throw error
    const failure = toFailure(error)
    for (let index = 0; index < events.length; index++) results[index] ??= failure
  }
  report()
  return results
}
