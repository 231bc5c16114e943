import type { GateArtifactsQuery } from '@epr/client'
import type { EventReceiverGroup, GateArtifacts } from '@epr/model'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { SERVER_URL } from '../../data/api.js'
import { useGroups } from '../../data/definitions.js'
import { useGate } from '../../data/use-gate.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Command, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { type State, StateMark } from '../../ui/state.js'
import { count, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import { Columns } from './columns.js'
import { LAST_GATE } from './gate-list.js'
import css from './gates.module.css'
import { Kiosk } from './kiosk.js'
import { Matrix } from './matrix.js'
import { NoGates } from './no-gates.js'

const route = getRouteApi('/gates/$group')
const STATES = ['failed', 'missing', 'open'] as const
type GateState = (typeof STATES)[number]

type Search = ReturnType<typeof route.useSearch>

/** A name as it is typed says how names begin. */
const toPattern = (name: string | undefined): string | undefined =>
  name === undefined || name.endsWith('*') ? name : `${name}*`

function toQuery({ state, order, name, at, superseded }: Search): GateArtifactsQuery {
  const states = STATES.filter((known) => state?.split(',').includes(known))
  return {
    ...(states.length > 0 && { state: states }),
    ...(order === 'waiting' && { order }),
    ...(name !== undefined && { name: toPattern(name) }),
    ...(at !== undefined && { at }),
    ...(superseded !== undefined && { superseded: true }),
  }
}

const countText = (number: number): string => (number > 1_000 ? '1,000+' : count(number))

function Counts({ counts }: { counts: GateArtifacts['counts'] }) {
  if (!counts) return null
  return (
    <div className={css.counts}>
      {STATES.map((state) => (
        <span key={state}>
          <StateMark
            state={state}
            word={`${countText(counts[state])} ${state === 'missing' ? 'waiting' : state}`}
          />
        </span>
      ))}
    </div>
  )
}

/** A moment for the field of the browser, which knows local time to the minute. */
function toFieldTime(at: string | undefined): string {
  if (at === undefined) return ''
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function Filters({ search, change }: { search: Search; change: (next: Partial<Search>) => void }) {
  const states = new Set(search.state?.split(',') ?? [])
  const [name, setName] = useState(search.name ?? '')
  useEffect(() => setName(search.name ?? ''), [search.name])
  function flip(state: GateState): void {
    const next = STATES.filter((known) => (known === state ? !states.has(known) : states.has(known)))
    change({ state: next.join(',') || undefined })
  }
  return (
    <form
      className={css.filters}
      aria-label="Artifacts of the gate"
      onSubmit={(event) => event.preventDefault()}
    >
      {STATES.map((state) => (
        <button
          key={state}
          type="button"
          className={ui.chip}
          aria-pressed={states.has(state)}
          onClick={() => flip(state as State & GateState)}
        >
          <StateMark state={state} />
        </button>
      ))}
      <input
        className={`${ui.field} ${css.name}`}
        aria-label="Name begins with"
        placeholder="Name begins with…"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onBlur={() => change({ name: name || undefined })}
        onKeyDown={({ key }) => key === 'Enter' && change({ name: name || undefined })}
      />
      <select
        className={ui.field}
        aria-label="Order"
        value={search.order ?? 'recent'}
        onChange={(event) => change({ order: event.target.value === 'waiting' ? 'waiting' : undefined })}
      >
        <option value="recent">changed last</option>
        <option value="waiting">waiting longest</option>
      </select>
      <label>
        as of
        <input
          className={ui.field}
          type="datetime-local"
          value={toFieldTime(search.at)}
          onChange={({ target }) =>
            change({ at: target.value === '' ? undefined : new Date(target.value).toISOString() })
          }
        />
      </label>
      {search.at !== undefined && (
        <button type="button" className={ui.button} onClick={() => change({ at: undefined })}>
          Back to now
        </button>
      )}
      <label>
        <input
          type="checkbox"
          checked={search.superseded !== undefined}
          onChange={({ target }) => change({ superseded: target.checked ? '1' : undefined })}
        />
        superseded
      </label>
    </form>
  )
}

/** Events that came while the page was looked at: their cells flash once. */
function useFresh(gate: GateArtifacts | undefined): ReadonlySet<string> {
  const seen = useRef<Set<string> | undefined>(undefined)
  return useMemo(() => {
    const ids = (gate?.data ?? []).flatMap(({ cells }) => cells.flatMap(({ event_id }) => event_id ?? []))
    if (!gate) return new Set<string>()
    const before = seen.current
    seen.current = new Set(ids)
    return new Set(before ? ids.filter((id) => !before.has(id)) : [])
  }, [gate])
}

const FILTERS = ['state', 'order', 'name', 'at', 'superseded'] as const

function NothingHere({ group, search }: { group: EventReceiverGroup; search: Search }) {
  if (FILTERS.some((filter) => search[filter] !== undefined))
    return (
      <Empty title="No artifact matches">
        <p>Take a filter away, or look at another moment.</p>
      </Empty>
    )
  return (
    <Empty title="Nothing was recorded for these receivers yet">
      <p>An artifact appears here with its first event at one of them:</p>
      <Command
        text={shell`epr-cli event create --event-receiver-id ${group.event_receiver_ids[0] ?? ''} --name cart --version 1.0.0 --release 1 --platform-id linux --package oci --description first --success --payload '{}' --url ${SERVER_URL}`}
      />
    </Empty>
  )
}

function Gate({ group, groups }: { group: EventReceiverGroup; groups: readonly EventReceiverGroup[] }) {
  const search = route.useSearch()
  const navigate = useNavigate()
  const box = useRef<HTMLDivElement>(null)
  const query = toQuery(search)
  const isAtTable = () => {
    const element = box.current
    return element !== null && (element.matches(':hover, :focus-within') || element.scrollTop > 0)
  }
  const { data, error, refetch, held, showHeld, isPlaceholderData } = useGate(group.id, query, isAtTable)
  const fresh = useFresh(data)
  const hidden = useMemo(() => new Set(search.without?.split(',')), [search.without])
  const isKiosk = search.kiosk !== undefined
  const change = (next: Partial<Search>) =>
    void navigate({
      to: '/gates/$group',
      params: { group: group.id },
      search: { ...search, ...next } as Search,
    })
  useEffect(() => {
    localStorage.setItem(LAST_GATE, group.id)
  }, [group])
  useTitle(group.name)

  const flags = Object.entries({
    state: search.state,
    order: search.order,
    name: toPattern(search.name),
    at: search.at,
  })
  const cli = flags.reduce(
    (text, [name, value]) => (value === undefined ? text : text + shell` --${name} ${value}`),
    shell`group matrix --id ${group.id}`,
  )
  const params = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  )
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1 className={css.title}>
          <select
            aria-label="Gate"
            value={group.id}
            onChange={({ target }) =>
              void navigate({ to: '/gates/$group', params: { group: target.value }, search })
            }
          >
            {groups.map(({ id, name, version }) => (
              <option key={id} value={id}>
                {visible(`${name} ${version}`)}
              </option>
            ))}
          </select>
        </h1>
        <span className={ui.muted}>{visible(group.type)}</span>
        {!group.enabled && <StateMark state="disabled" isPill />}
        <Counts counts={data?.counts ?? null} />
        <span className={ui.push} />
        {!isKiosk && (
          <>
            {data && (
              <Columns
                receivers={data.receivers}
                hidden={hidden}
                onChange={(ids) => change({ without: ids.join(',') || undefined })}
              />
            )}
            <button type="button" className={ui.button} onClick={() => change({ kiosk: '1' })}>
              Kiosk
            </button>
            <CopyAs
              api={`/api/v1/groups/${group.id}/artifacts${params.size > 0 ? `?${params}` : ''}`}
              cli={cli}
            />
          </>
        )}
      </div>
      {isKiosk ? <Kiosk group={group} groups={groups} /> : <Filters search={search} change={change} />}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data?.warnings.map((warning) => (
        <p key={warning} className={ui.warning}>
          {visible(warning)}
        </p>
      ))}
      {!data && !error && <Skeleton lines={10} />}
      {data && data.data.length === 0 && <NothingHere group={group} search={search} />}
      {data && data.data.length > 0 && (
        <div className={`${css.box} ${error || isPlaceholderData ? ui.old : ''}`} ref={box}>
          {held.length > 0 && (
            <button type="button" className={css.above} onClick={showHeld}>
              {held.length} new above ↑
            </button>
          )}
          <Matrix gate={data} fresh={fresh} hidden={hidden} />
        </div>
      )}
      {data && (
        <p className={css.foot}>
          {search.at !== undefined && <span>as it stood at {search.at}</span>}
          {data.history && (
            <span className={css.history}>
              history is still taken in: {count(data.history.done)} of about {count(data.history.size)} events
            </span>
          )}
          {data.next !== null && <span>the first {count(data.data.length)}; filters find the others</span>}
        </p>
      )}
    </div>
  )
}

/** What can ship, what blocks it, and since when. */
export function GateView() {
  const { group: id } = route.useParams()
  const { data, error, refetch } = useGroups()
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={10} />
  const group = data.find((each) => each.id === id || each.name === id)
  if (data.length === 0) return <NoGates />
  if (!group)
    return (
      <Empty title="No such gate">
        <p>
          <code>{visible(id)}</code> is not the id or name of a group here. Choose another in the list of
          groups, or find it with <kbd>/</kbd>.
        </p>
      </Empty>
    )
  return <Gate key={group.id} group={group} groups={data} />
}
