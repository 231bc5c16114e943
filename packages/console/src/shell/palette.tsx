import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useGroups } from '../data/definitions.js'
import { visible } from '../ui/text.js'
import { type Found, HIT_TITLES, say, toFound, useSearch } from './found.js'
import css from './shell.module.css'
import { VIEWS } from './views.js'

type Hit = Omit<Found, 'link'> & { open: () => void }

const MOST = 8
const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase())

function useHits(text: string, close: () => void): { sections: [string, Hit[]][]; said: string } {
  const go = useNavigate()
  const { data: groups = [] } = useGroups()
  const { data } = useSearch(text)
  return useMemo(() => {
    const sections = new Map<string, Hit[]>()
    const add = (title: string, { link, ...found }: Found) =>
      sections.set(title, [
        ...(sections.get(title) ?? []),
        {
          ...found,
          open() {
            close()
            void go(link)
          },
        },
      ])
    for (const hit of (text !== '' && data?.data) || []) add(HIT_TITLES[hit.kind], toFound(hit))
    if (text === '')
      for (const { id, name, version, type } of groups.slice(0, MOST))
        add('Gates', {
          key: `gate ${id}`,
          word: `${name} ${version}`,
          about: type,
          link: { to: '/gates/$group', params: { group: id } },
        })
    for (const { to, word, key } of VIEWS.filter((view) => has(view.word, text)))
      add('Views', { key: `view ${to}`, word, about: `g ${key}`, link: { to } })
    if (text !== '')
      add('Search', {
        key: 'all',
        word: 'All results',
        about: text,
        link: { to: '/search', search: { q: text } },
      })
    return { sections: [...sections], said: text === '' || !data ? '' : say(data) }
  }, [text, data, groups, go, close])
}

function Finder({ close }: { close: () => void }) {
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
      {isOpen && <Finder close={onClose} />}
    </dialog>
  )
}
