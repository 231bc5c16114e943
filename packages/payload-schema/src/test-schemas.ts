import { EprError } from '@epr/model'
import type { PayloadSchemas } from './payload-schemas.js'

/** Holds `payload` to `schema` under a receiver of its own; answers the code of the refusal, or 'ok'. */
export async function codeOf(schemas: PayloadSchemas, schema: unknown, payload: unknown): Promise<string> {
  const receiver = { id: `receiver-${nextId++}`, schema: JSON.stringify(schema) }
  return refusal(async () => schemas.validate(receiver, payload, JSON.stringify(payload)))
}

export async function checkCode(schemas: PayloadSchemas, schema: unknown): Promise<string> {
  return refusal(() => schemas.check(JSON.stringify(schema)))
}

let nextId = 0

async function refusal(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt()
    return 'ok'
  } catch (error) {
    if (error instanceof EprError) return error.code
    throw error
  }
}
