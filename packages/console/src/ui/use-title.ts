import { useEffect } from 'react'

/** What the tab is called; undefined while that is not known. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · EPR`
  }, [title])
}
