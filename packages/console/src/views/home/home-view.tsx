import type { EventReceiverGroup, Finding, GateArtifacts } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState, useSyncExternalStore } from 'react'
import { api } from '../../data/api.js'
import { useGroups, useReceiverNames } from '../../data/definitions.js'
import { live } from '../../data/live/live.js'
import { useGate } from '../../data/use-gate.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { CopyButton, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { count, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import { NoGates } from '../gates/no-gates.js'
import css from './home.module.css'

const route = getRouteApi('/')
const KEY = 'epr.pins'
/** Without pins these many gates are shown, the newest first. */
const UNPINNED = 6
const ROWS = 4

function usePins(): [readonly string[] | undefined, (id: string) => void] {
  const { pins: shared } = route.useSearch()
  const navigate = useNavigate()
  const [stored, setStored] = useState(() => localStorage.getItem(KEY) ?? '')
  const text = shared ?? stored
  const pins = text === '' ? undefined : text.split(',')
  function flip(id: string): void {
    const next = pins?.includes(id) ? pins.filter((pin) => pin !== id) : [...(pins ?? []), id]
    localStorage.setItem(KEY, next.join(','))
    setStored(next.join(','))
    if (shared !== undefined) void navigate({ to: '/', search: {}, replace: true })
  }
  return [pins, flip]
}

const STATES = ['failed', 'missing', 'open'] as const
const WAITING = { order: 'waiting', limit: 50 } as const

function Numbers({ counts }: { counts: NonNullable<GateArtifacts['counts']> }) {
  return (
    <div className={css.counts}>
      {STATES.map((state) => (
        <div key={state} data-none={counts[state] === 0 || undefined}>
          <b>{counts[state] > 1_000 ? '1,000+' : count(counts[state])}</b>
          <StateMark state={state} />
        </div>
      ))}
    </div>
  )
}

function GateCard({
  group,
  isPinned,
  onPin,
}: {
  group: EventReceiverGroup
  isPinned: boolean
  onPin: () => void
}) {
  const { data, error, refetch } = useGate(group.id, WAITING, () => false)
  const held = data?.data.filter(({ state, superseded }) => state !== 'open' && !superseded) ?? []
  return (
    <article className={css.gate}>
      <header>
        <h2>
          <Link to="/gates/$group" params={{ group: group.id }}>
            {visible(group.name)}
          </Link>
        </h2>
        <span className={ui.muted}>{visible(group.version)}</span>
        {!group.enabled && <StateMark state="disabled" />}
        <button
          type="button"
          className={`${ui.button} ${ui.quiet} ${css.pin}`}
          aria-pressed={isPinned}
          onClick={onPin}
        >
          {isPinned ? 'Unpin' : 'Pin'}
        </button>
      </header>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data?.counts && <Numbers counts={data.counts} />}
      {!data && !error && <Skeleton lines={3} />}
      {held.length > 0 && (
        <ul className={css.rows} aria-label="Held back the longest">
          {held.slice(0, ROWS).map((row) => (
            <li key={Object.values({ ...row, cells: '', explanation: '' }).join()}>
              <span>
                <ArtifactName nvrpp={row} />
              </span>
              <StateMark state={row.state} isQuiet />
              <small>{visible(row.explanation)}</small>
            </li>
          ))}
        </ul>
      )}
      {data && held.length === 0 && (
        <p className={ui.muted}>
          {data.counts && data.counts.open === 0 ? 'no artifact yet' : 'nothing is held back'}
        </p>
      )}
    </article>
  )
}

/** The newest failures that the page keeps of the feed. */
function Failures() {
  const entries = useSyncExternalStore(live.onEntries, live.entries)
  const receiverOf = useReceiverNames()
  const failed = entries
    .filter(({ kind, success }) => kind === 'event' && !success)
    .slice(-8)
    .reverse()
  if (failed.length === 0) return null
  return (
    <section className={css.section}>
      <h2>Failed lately</h2>
      <div className={ui.tableBox}>
        <table className={ui.table}>
          <tbody>
            {failed.map((entry) => (
              <tr key={entry.ce_id ?? entry.cursor}>
                <td>
                  <Link to="/events/$id" params={{ id: entry.id }}>
                    <StateMark
                      state="failed"
                      word={visible(receiverOf(entry.event_receiver_id ?? '')?.name ?? entry.type)}
                    />
                  </Link>
                </td>
                <td>
                  <ArtifactName nvrpp={entry} />
                </td>
                <td className={ui.number}>
                  <Time time={entry.time} ago />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** Where what a finding is about is seen. */
function FindingLink({ subject }: { subject: Finding['subject'] }) {
  switch (subject.kind) {
    case 'group':
      return (
        <Link to="/gates/$group" params={{ group: subject.id }}>
          Gate
        </Link>
      )
    case 'receiver':
      return (
        <Link to="/receivers/$id" params={{ id: subject.id }}>
          Receiver
        </Link>
      )
    case 'watcher':
    case 'server':
      return <Link to="/operations">Operations</Link>
  }
}

/** What a platform's owner would want to know without looking for it; hints do not wait for anybody. */
function Warnings() {
  const { data } = useQuery({
    queryKey: ['findings'],
    queryFn: ({ signal }) => api().findings({ signal }),
    refetchInterval: 30_000,
  })
  const problems = data?.data.filter(({ severity }) => severity === 'problem') ?? []
  if (problems.length === 0) return null
  return (
    <section className={css.warnings} aria-label="Problems">
      {problems.map(({ kind, subject, message, advice }) => (
        <p key={`${kind} ${subject.id}`} className={ui.warning} title={advice}>
          {visible(message)}
          <FindingLink subject={subject} />
        </p>
      ))}
    </section>
  )
}

/** What waits, where, and since when: the first look of a day. */
export function HomeView() {
  const { data: groups, error, refetch } = useGroups()
  const [pins, flip] = usePins()
  useTitle('Overview')
  if (error && !groups) return <Failure error={error} onRetry={() => void refetch()} />
  if (!groups) return <Skeleton lines={8} />
  if (groups.length === 0) return <NoGates />
  const pinned = groups.filter(({ id }) => pins?.includes(id))
  const shown = pinned.length > 0 ? pinned : groups.slice(0, UNPINNED)
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Overview</h1>
        <span className={ui.push} />
        {pinned.length > 0 && (
          <CopyButton
            label="Copy a link to these pins"
            text={() =>
              `${location.origin}${location.pathname}?${new URLSearchParams({ pins: pinned.map(({ id }) => id).join(',') })}`
            }
          />
        )}
        {pinned.length > 0 && pinned.length < groups.length && (
          <Link to="/groups">all {groups.length} groups</Link>
        )}
      </div>
      <Warnings />
      <div className={css.gates}>
        {shown.map((group) => (
          <GateCard
            key={group.id}
            group={group}
            isPinned={pinned.includes(group)}
            onPin={() => flip(group.id)}
          />
        ))}
      </div>
      {shown.length === 0 && <Empty title="No gate is pinned" />}
      <Failures />
    </div>
  )
}
