import { hash } from 'node:crypto'
import { type Nvrpp, nvrppKey } from '@epr/model'

/**
 * SHA-256 of {@link nvrppKey}, 32 bytes. The strings are chosen by callers, so no weaker hash will do:
 * two artifacts with one hash would open each other's gates.
 */
export function nvrppHash(nvrpp: Nvrpp): Buffer {
  return hash('sha256', nvrppKey(nvrpp), 'buffer')
}
