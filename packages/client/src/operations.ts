import { type Operations, operationsSchema } from '@epr/model'
import { toObject } from './http/answer.js'
import { API_PREFIX, type Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

export const getOperations = async (rest: Rest, options?: CallOptions): Promise<Operations> =>
  toObject(operationsSchema, await rest.call('GET', `${API_PREFIX}/operations`, undefined, options))
