import { useMemo, useRef } from 'react'
import { useKeys } from '../shell/keys.js'

/** `j` and `k` go from row to row of a table, by the first link of each. */
export function useRowKeys() {
  const table = useRef<HTMLTableElement>(null)
  const keys = useMemo(() => {
    function step(by: number): void {
      const links = [...(table.current?.querySelectorAll<HTMLElement>('tbody tr > :first-child a') ?? [])]
      const at = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement))
      links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by]?.focus()
    }
    return { j: () => step(1), k: () => step(-1) }
  }, [])
  useKeys(keys)
  return table
}
