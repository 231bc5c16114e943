import type { IncomingMessage } from 'node:http'
import { ANONYMOUS, type Principal } from '../../registry/call.js'

/**
 * Who sends a request: the one place where that is found out, in front of every route. Nobody is asked yet, so that
 * everybody is the same.
 */
export function principalOf(_request: IncomingMessage): Principal {
  return ANONYMOUS
}
