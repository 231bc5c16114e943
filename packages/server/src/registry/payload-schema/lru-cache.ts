/** A bounded map that forgets what was asked for longest ago. */
export interface LruCache<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
}

export function createLruCache<K, V>(capacity: number): LruCache<K, V> {
  // A Map iterates in the order of insertion: the first key is the one to go.
  const entries = new Map<K, V>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      for (const oldest of entries.keys()) {
        if (entries.size <= capacity) break
        entries.delete(oldest)
      }
    },
  }
}
