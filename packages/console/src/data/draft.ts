import { useEffect, useRef, useState } from 'react'

/** What somebody is writing, and under which key it is sent: the same one until it is changed, so that a retry is not a second one. */
interface Draft<Fields> {
  fields: Fields
  idempotencyKey: string
}

/** At most so often is it written down. */
const PAUSE_MS = 250

/** `crypto.randomUUID` is missing on pages that came over plain http. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

function read<Fields>(name: string, initial: Fields): Draft<Fields> {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? 'null') as Draft<Fields> | null
    if (kept) return { fields: { ...initial, ...kept.fields }, idempotencyKey: kept.idempotencyKey }
  } catch {
    // Of another version of the page.
  }
  return { fields: initial, idempotencyKey: newKey() }
}

function write<Fields>(name: string, draft: Draft<Fields> | undefined): void {
  try {
    if (draft) sessionStorage.setItem(name, JSON.stringify(draft))
    else sessionStorage.removeItem(name)
  } catch {
    // Too large to be kept, or nothing may be kept here: the form works on without.
  }
}

/** What a form holds: it outlasts a reload of the page and a refusal of the server, until it is sent or thrown away. */
export function useDraft<Fields extends object>(form: string, initial: Fields) {
  const name = `epr.draft.${form}`
  const [draft, setDraft] = useState(() => read(name, initial))
  const [isChanged, setChanged] = useState(() => sessionStorage.getItem(name) !== null)
  const unwritten = useRef<Draft<Fields> | undefined>(undefined)

  useEffect(() => {
    function flush(): void {
      if (unwritten.current) write(name, unwritten.current)
      unwritten.current = undefined
    }
    const timer = setTimeout(flush, PAUSE_MS)
    addEventListener('pagehide', flush)
    return () => {
      clearTimeout(timer)
      removeEventListener('pagehide', flush)
      flush()
    }
  }, [name, draft])

  return {
    fields: draft.fields,
    idempotencyKey: draft.idempotencyKey,
    isChanged,
    change(changed: Partial<Fields>): void {
      setDraft((before) => {
        const next = { fields: { ...before.fields, ...changed }, idempotencyKey: newKey() }
        unwritten.current = next
        return next
      })
      setChanged(true)
    },
    /** Forgets it: it was sent, or is not wanted. */
    forget(): void {
      unwritten.current = undefined
      write(name, undefined)
      setDraft({ fields: initial, idempotencyKey: newKey() })
      setChanged(false)
    },
  }
}
