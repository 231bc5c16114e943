import type { NameFilter } from '../storage/gate-artifacts.js'

/** What `car*` asks for, or `cart`. */
export function toNameFilter(name: string): NameFilter {
  const isPrefix = name.endsWith('*')
  return { text: isPrefix ? name.slice(0, -1) : name, isPrefix }
}
