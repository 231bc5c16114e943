import { MAX_SEARCH_CHARS, type SearchHit } from '@epr/model'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../data/api.js'
import { useGroups } from '../data/definitions.js'
import { nvrppOf } from '../data/gate-rows.js'
import { visible } from '../ui/text.js'
import css from './shell.module.css'
import { VIEWS } from './views.js'

interface Hit {
  key: string
  word: string
  about: string
  open: () => unknown
}

const MOST = 8
const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase())

/** The words of a section, by the kind of what is in it. */
const TITLES: Record<SearchHit['kind'], string> = {
  event: 'Events',
  artifact: 'Artifacts',
  component: 'Artifacts that have the component',
  group: 'Gates',
  receiver: 'Receivers',
  message: 'Messages',
}

type Go = ReturnType<typeof useNavigate>

/** How a thing that was found is called, and where it is seen. */
function toHit(hit: SearchHit, go: Go): Hit {
  const { kind, path } = hit
  const key = `${kind} ${path}`
  switch (kind) {
    case 'event':
      return {
        key,
        word: `${hit.name} ${hit.version}`,
        about: `${hit.success ? 'passed' : 'failed'} ${hit.created_at} · ${hit.description}`,
        open: () => go({ to: '/events/$id', params: { id: hit.id } }),
      }
    case 'artifact':
      return {
        key,
        word: `${hit.name} ${hit.version}`,
        about: `${hit.release} · ${hit.platform_id} · ${hit.package}`,
        open: () => go({ to: '/artifact', search: nvrppOf(hit) }),
      }
    case 'component':
      return {
        key,
        word: `${hit.artifact.name} ${hit.artifact.version}`,
        about: `has ${hit.component.name} ${hit.component.version ?? ''}`,
        open: () => go({ to: '/artifact', search: nvrppOf(hit.artifact) }),
      }
    case 'group':
      return {
        key,
        word: `${hit.name} ${hit.version}`,
        about: hit.type,
        open: () => go({ to: '/gates/$group', params: { group: hit.id } }),
      }
    case 'receiver':
      return {
        key,
        word: `${hit.name} ${hit.version}`,
        about: hit.type,
        open: () => go({ to: '/receivers/$id', params: { id: hit.id } }),
      }
    case 'message':
      return {
        key,
        word: `${hit.name} ${hit.version}`,
        about: `${hit.says} ${hit.time}`,
        open: () =>
          hit.event_id === null
            ? go({ to: '/feed' })
            : go({ to: '/events/$id', params: { id: hit.event_id } }),
      }
  }
}

function useHits(text: string, close: () => void): { sections: [string, Hit[]][]; said: string } {
  const go = useNavigate()
  const { data: groups = [] } = useGroups()
  const found = useQuery({
    queryKey: ['search', text],
    enabled: text !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api().search(text.slice(0, MAX_SEARCH_CHARS), { signal }),
  })
  return useMemo(() => {
    const sections = new Map<string, Hit[]>()
    const add = (title: string, hit: Hit) =>
      sections.set(title, [
        ...(sections.get(title) ?? []),
        {
          ...hit,
          open() {
            close()
            void hit.open()
          },
        },
      ])
    for (const hit of (text !== '' && found.data?.data) || []) add(TITLES[hit.kind], toHit(hit, go))
    if (text === '')
      for (const { id, name, version, type } of groups.slice(0, MOST))
        add('Gates', {
          key: `gate ${id}`,
          word: `${name} ${version}`,
          about: type,
          open: () => go({ to: '/gates/$group', params: { group: id } }),
        })
    for (const { to, word, key } of VIEWS.filter((view) => has(view.word, text)))
      add('Views', { key: `view ${to}`, word, about: `g ${key}`, open: () => go({ to }) })
    const { taken_for: taken = [], tried = [], notes = [] } = found.data ?? {}
    const said =
      text === ''
        ? ''
        : taken.length > 0
          ? `taken for ${taken.map(({ words }) => words).join(', ')}`
          : tried.length > 0
            ? `not found: tried ${tried.join(', ')}`
            : ''
    return {
      sections: [...sections],
      said: [said, ...(text === '' ? [] : notes)].filter((part) => part !== '').join('. '),
    }
  }, [text, found.data, groups, go, close])
}

function Found({ close }: { close: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const { sections, said } = useHits(useDeferredValue(text.trim()), close)
  const all = sections.flatMap(([, hits]) => hits)
  const chosen = all[Math.min(at, all.length - 1)]

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })

  function onKey(event: React.KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt((now) => (Math.min(now, all.length - 1) + step + all.length) % Math.max(1, all.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      chosen?.open()
    }
  }

  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the dialog is opened to type in it
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="hits"
        aria-activedescendant={chosen && `hit ${chosen.key}`.replaceAll(' ', '-')}
        aria-label="Find"
        placeholder="A name, name@version, pkg:…, component:…, an id, a hash"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
      />
      <div className={css.hits} id="hits" role="listbox" aria-label="Found" ref={list}>
        {sections.map(([title, hits]) => (
          // biome-ignore lint/a11y/useSemanticElements: options of a listbox are grouped so (ARIA 1.2, group)
          <div key={title} role="group" aria-label={title}>
            <p aria-hidden="true">{title}</p>
            {hits.map((hit) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the combobox's
              // biome-ignore lint/a11y/useFocusableInteractive: the combobox has the focus (ARIA 1.2)
              <div
                key={hit.key}
                id={`hit ${hit.key}`.replaceAll(' ', '-')}
                role="option"
                aria-selected={hit === chosen}
                onClick={hit.open}
                onPointerMove={() => setAt(all.indexOf(hit))}
              >
                <b>{visible(hit.word)}</b>
                <small>{visible(hit.about)}</small>
              </div>
            ))}
          </div>
        ))}
      </div>
      <p className={css.hint} role="status">
        {visible(said) || 'Enter opens · ↑ ↓ choose · Esc closes'}
      </p>
    </>
  )
}

/** Names and ids, from everywhere. */
export function Palette({
  isOpen,
  onOpen,
  onClose,
}: {
  isOpen: boolean
  onOpen: () => void
  onClose: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      onOpen()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onOpen])
  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal()
    if (!isOpen && dialog.current?.open) dialog.current.close()
  }, [isOpen])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className={css.palette}
      aria-label="Find"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {isOpen && <Found close={onClose} />}
    </dialog>
  )
}
