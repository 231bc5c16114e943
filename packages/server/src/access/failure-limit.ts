import { LRUCache } from 'lru-cache'

/** Failures that an address has in a row, and how many it gets back. */
const BURST = 300
const PER_S = 10
/** An address and its bucket are some 150 bytes. */
const MAX_ADDRESSES = 10_000
/** Of IPv6 whoever has one address has 2^64: they count as one (RFC 6177). */
const NETWORK_GROUPS = 4
const IPV6_GROUPS = 8

/** How often those of an address have failed to show who they are: a bucket of tokens for each. */
export interface FailureLimit {
  /** Counts a failure. @returns false for one too many */
  take(address: string): boolean
}

/** What one client has: an address of IPv4, also as IPv6 writes it, or a network of IPv6. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const first = head.split(':')
  const last = tail === undefined ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, IPV6_GROUPS - first.length - last.length) }, () => '0')
  return [...first, ...zeros, ...last].slice(0, NETWORK_GROUPS).join(':')
}

export function createFailureLimit(now = () => performance.now()): FailureLimit {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: MAX_ADDRESSES })
  return {
    take(address) {
      const network = networkOf(address)
      const { left, at } = buckets.get(network) ?? { left: BURST, at: now() }
      const filled = Math.min(BURST, left + ((now() - at) / 1_000) * PER_S)
      const isWithin = filled >= 1
      buckets.set(network, { left: isWithin ? filled - 1 : filled, at: now() })
      return isWithin
    },
  }
}
