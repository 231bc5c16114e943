import { EprError, type ErrorCode } from '@epr/model'
import { toJsonBody } from './http/json-body.js'

/** An object that was created, or why it was not: in words, and by the code when the server said one. */
export type CreateResult = { id: string } | { errors: readonly string[]; code?: ErrorCode }

/** An object's text, at its place among all. */
export interface Item {
  index: number
  text: string
}

export function toFailure(error: EprError): CreateResult {
  return { errors: error.details, code: error.code }
}

const encoder = new TextEncoder()

/**
 * Cuts what is to be sent into batches, as it is asked for them: each within its limits, or a single item.
 *
 * @param refuse called with each object that JSON cannot hold, which is in no batch
 */
export function* toBatches(
  objects: readonly unknown[],
  limits: () => { items: number; bytes: number },
  refuse: (index: number, result: CreateResult) => void,
): Generator<Item[], void, undefined> {
  let batch: Item[] = []
  let bytes = 0
  for (const [index, object] of objects.entries()) {
    const item = toItem(index, object, refuse)
    if (!item) continue
    const size = encoder.encode(item.text).length + 1
    const { items, bytes: maxBytes } = limits()
    if (batch.length > 0 && (batch.length >= items || bytes + size > maxBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function toItem(
  index: number,
  object: unknown,
  refuse: (index: number, result: CreateResult) => void,
): Item | undefined {
  try {
    return { index, text: toJsonBody(object) }
  } catch (error) {
    if (!(error instanceof EprError)) throw error
    refuse(index, toFailure(error))
    return undefined
  }
}
