import { type Artifact, isId } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '../data/api.js'
import { useGroups, useReceivers } from '../data/definitions.js'
import { nvrppOf } from '../data/gate-rows.js'
import { visible } from '../ui/text.js'
import css from './shell.module.css'
import { VIEWS } from './views.js'

interface Hit {
  key: string
  word: string
  about: string
  open: () => void
}

const MOST = 8
const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase())

/** What an id is of is found by asking: an event first, which there are most of. */
async function placeOfId(id: string): Promise<'/events/$id' | '/receivers/$id' | '/groups/$id'> {
  const [receivers, groups] = await Promise.all([
    api().receivers.find({ id }, { fields: ['id'] }),
    api().groups.find({ id }, { fields: ['id'] }),
  ])
  return receivers.length > 0 ? '/receivers/$id' : groups.length > 0 ? '/groups/$id' : '/events/$id'
}

function useHits(text: string, close: () => void): { sections: [string, Hit[]][]; isLooking: boolean } {
  const navigate = useNavigate()
  const { data: groups = [] } = useGroups()
  const { data: receivers = [] } = useReceivers()
  const [name = '', version] = text.split('@')
  const artifacts = useQuery({
    queryKey: ['palette', text],
    enabled: text.length > 0 && !isId(text),
    queryFn: ({ signal }) =>
      api().artifacts.find(
        { name: version === undefined ? `${name}*` : name, version: version || undefined, limit: MOST },
        { signal },
      ),
  })
  return useMemo(() => {
    const then = (go: () => unknown) => () => {
      close()
      void go()
    }
    const toArtifact = (artifact: Artifact): Hit => ({
      key: `artifact ${Object.values(nvrppOf(artifact)).join(' ')}`,
      word: `${artifact.name} ${artifact.version}`,
      about: `${artifact.release} · ${artifact.platform_id} · ${artifact.package}`,
      open: then(() => navigate({ to: '/artifact', search: nvrppOf(artifact) })),
    })
    const ids: Hit[] = isId(text)
      ? [
          {
            key: 'id',
            word: text,
            about: 'an id: of an event, receiver or group',
            open: then(async () => navigate({ to: await placeOfId(text), params: { id: text } })),
          },
        ]
      : []
    const gates = groups.filter((group) => has(group.name, text) || has(group.type, text)).slice(0, MOST)
    const found = receivers.filter((each) => has(each.name, text) || has(each.type, text)).slice(0, MOST)
    const views = VIEWS.filter(({ word }) => has(word, text))
    const sections: [string, Hit[]][] = [
      ['Id', ids],
      ['Artifacts', (artifacts.data?.data ?? []).map(toArtifact)],
      [
        'Gates',
        gates.map((group) => ({
          key: `gate ${group.id}`,
          word: `${group.name} ${group.version}`,
          about: group.type,
          open: then(() => navigate({ to: '/gates/$group', params: { group: group.id } })),
        })),
      ],
      [
        'Receivers',
        found.map((receiver) => ({
          key: `receiver ${receiver.id}`,
          word: `${receiver.name} ${receiver.version}`,
          about: receiver.type,
          open: then(() => navigate({ to: '/receivers/$id', params: { id: receiver.id } })),
        })),
      ],
      [
        'Views',
        views.map(({ to, word, key }) => ({
          key: `view ${to}`,
          word,
          about: `g ${key}`,
          open: then(() => navigate({ to })),
        })),
      ],
    ]
    return { sections: sections.filter(([, hits]) => hits.length > 0), isLooking: artifacts.isFetching }
  }, [text, artifacts.data, artifacts.isFetching, groups, receivers, navigate, close])
}

function Found({ close }: { close: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const { sections, isLooking } = useHits(useDeferredValue(text.trim()), close)
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
        placeholder="A name, name@version, an id, a view"
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
        {all.length === 0 && !isLooking
          ? `Nothing is called so: looked for artifacts, gates and receivers whose name begins with or holds “${visible(text)}”`
          : 'Enter opens · ↑ ↓ choose · Esc closes'}
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
