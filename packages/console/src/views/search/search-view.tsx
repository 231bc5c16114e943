import type { SearchHit } from '@epr/model'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { HIT_TITLES, say, toFound, useSearch } from '../../shell/found.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { count, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { useRowKeys } from '../../ui/use-row-keys.js'
import { useTitle } from '../../ui/use-title.js'
import css from './search.module.css'

const route = getRouteApi('/search')

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['checkout', 'an artifact, by its name or how it begins'],
  ['checkout@2.0.1', 'one of its versions'],
  ['pkg:oci/checkout@2.0.1', 'the same by its package URL'],
  ['component:log4j-core@2.14*', 'artifacts that have a component, as their SBOMs say'],
  ['01K…', 'an event, a receiver or a group, by its id'],
  ['2026-11-28T10:00:00Z', 'the feed at that moment'],
]

function Hits({
  kind,
  hits,
  hasMore,
}: {
  kind: SearchHit['kind']
  hits: readonly SearchHit[]
  hasMore: boolean
}) {
  return (
    <>
      <tr className={css.kind}>
        <th scope="rowgroup" colSpan={2}>
          {HIT_TITLES[kind]}{' '}
          <span className={ui.muted}>{hasMore ? `${count(hits.length)}, and more` : count(hits.length)}</span>
        </th>
      </tr>
      {hits.map((hit) => {
        const { key, word, about, link } = toFound(hit)
        return (
          <tr key={key}>
            <td className={ui.name}>
              <Link {...link}>{visible(word)}</Link>
            </td>
            <td className={ui.name}>
              {'success' in hit && <StateMark state={hit.success ? 'passed' : 'failed'} isQuiet />}{' '}
              <span className={ui.muted}>{visible(about)}</span>
            </td>
          </tr>
        )
      })}
    </>
  )
}

function Found({ text }: { text: string }) {
  const { data, error, refetch, isPlaceholderData } = useSearch(text)
  const rows = useRowKeys()
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton />
  const kinds = [...new Set(data.data.map(({ kind }) => kind))]
  if (kinds.length === 0)
    return (
      <Empty title="Nothing is called so">
        <p>{visible(say(data))}</p>
      </Empty>
    )
  return (
    <div className={`${ui.view} ${isPlaceholderData ? ui.old : ''}`}>
      <p className={ui.muted} role="status">
        {visible(say(data))}
      </p>
      <div className={ui.tableBox}>
        <table className={ui.table} ref={rows}>
          <tbody>
            {kinds.map((kind) => (
              <Hits
                key={kind}
                kind={kind}
                hits={data.data.filter((hit) => hit.kind === kind)}
                hasMore={data.more.includes(kind)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {data.more.length > 0 && (
        <p className={ui.muted}>Of each kind ten are shown: write more of it to see others.</p>
      )}
    </div>
  )
}

/** Everything that a text may be taken for, with what was found. */
export function SearchView() {
  const { q = '' } = route.useSearch()
  const navigate = useNavigate()
  const [typed, setTyped] = useState({ of: q, text: q })
  // Somebody came here again with another question.
  if (typed.of !== q) setTyped({ of: q, text: q })
  useTitle(q === '' ? 'Search' : `${q} · Search`)
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Search</h1>
        <span className={ui.push} />
        {q !== '' && <CopyAs api={`/api/v1/search?${new URLSearchParams({ q })}`} cli={shell`find ${q}`} />}
      </div>
      <search>
        <form
          className={css.box}
          onSubmit={(event) => {
            event.preventDefault()
            void navigate({ to: '/search', search: typed.text.trim() === '' ? {} : { q: typed.text.trim() } })
          }}
        >
          <input
            className={ui.field}
            aria-label="Search for"
            placeholder="A name, name@version, pkg:…, component:…, an id, a hash"
            spellCheck={false}
            autoComplete="off"
            value={typed.text}
            onChange={({ target }) => setTyped({ of: q, text: target.value })}
          />
          <button type="submit" className={`${ui.button} ${ui.primary}`}>
            Search
          </button>
        </form>
      </search>
      {q === '' ? (
        <dl className={ui.facts}>
          {EXAMPLES.map(([text, meaning]) => (
            <div key={text} className={css.example}>
              <dt>
                <code>{text}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <Found text={q} />
      )}
    </div>
  )
}
