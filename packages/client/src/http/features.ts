/** What our server can do beside the original's API, as it says in `epr-features` on every answer. */
export type Feature = 'idempotency-key' | 'batch' | 'cursor' | 'feed' | 'group-status'

export interface Features {
  /** Whether the server is known to have it; false as long as it has not been heard. */
  has(feature: Feature): boolean
  /** Whether the server has answered at all, and so has said, or not, what it can do. */
  isKnown(): boolean
  /** All that the server has said. */
  list(): string[]
  learn(headers: Headers): void
}

export function createFeatures(): Features {
  let said: ReadonlySet<string> | undefined
  return {
    has: (feature) => said?.has(feature) ?? false,
    isKnown: () => said !== undefined,
    list: () => [...(said ?? [])],
    learn(headers) {
      const header = headers.get('epr-features')
      // A proxy's own error page has no header: it takes back nothing that the server has said.
      if (header === null) said ??= new Set()
      else said = new Set(header.split(',').map((name) => name.trim()))
    },
  }
}
