import { hash } from 'node:crypto'

/** What stands for a credential where ones that are known are kept: its SHA-256, in base64. */
export const digestOf = (credential: string): string => hash('sha256', credential, 'base64')

/** Digests of credentials as they come in, over connections. */
export interface Digests {
  /** @param connection over which it came; what came last over the same one is compared, which costs a tenth of a digest */
  of(credential: string, connection: object | undefined): string
}

export function createDigests(): Digests {
  /** A connection has seen its own credential itself, and is gone with it. */
  const latest = new WeakMap<object, { credential: string; digest: string }>()
  return {
    of(credential, connection) {
      const known = connection && latest.get(connection)
      if (known?.credential === credential) return known.digest
      const digest = digestOf(credential)
      if (connection) latest.set(connection, { credential, digest })
      return digest
    },
  }
}
