import type { MessageSummary } from '@epr/model'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useReceiverNames, useReceivers } from '../../data/definitions.js'
import { live } from '../../data/live/live.js'
import { useKeys } from '../../shell/keys.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { useTimeMode } from '../../ui/clock.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Empty } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { bytes, count, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import css from './feed.module.css'

const route = getRouteApi('/feed')
const ROW_PX = 30
const KINDS = {
  event: 'events',
  complete: 'gates opened',
  receiver: 'new receivers',
  group: 'new groups',
  modified: 'groups switched',
} as const

/** To the millisecond, in the zone that times are shown in. */
function clockOf(time: string, isUtc: boolean): string {
  const date = new Date(time)
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  return isUtc ? `${date.toISOString().slice(11, 23)}Z` : `${date.toTimeString().slice(0, 8)}.${ms}`
}

function What({ entry }: { entry: MessageSummary }) {
  switch (entry.kind) {
    case 'event':
      return <StateMark state={entry.success ? 'passed' : 'failed'} />
    case 'complete':
      return <StateMark state="open" word={entry.gate === 'repeated' ? 'still open' : 'opened'} />
    case 'receiver':
      return <span className={ui.muted}>receiver</span>
    case 'group':
      return <span className={ui.muted}>group</span>
    case 'modified':
      return <span className={ui.muted}>switched</span>
  }
}

function Row({
  entry,
  top,
  isUtc,
  nameOf,
}: {
  entry: MessageSummary
  top: number
  isUtc: boolean
  nameOf: (id: string) => string
}) {
  const isOfArtifact = entry.kind === 'event' || entry.kind === 'complete'
  return (
    <div className={css.row} style={{ transform: `translateY(${top}px)` }}>
      <time dateTime={entry.time} title={entry.time}>
        {clockOf(entry.time, isUtc)}
      </time>
      <What entry={entry} />
      <span>
        {entry.kind === 'event' ? (
          <Link to="/events/$id" params={{ id: entry.id }}>
            {visible(nameOf(entry.event_receiver_id ?? ''))}
          </Link>
        ) : entry.group_id !== null ? (
          <Link to="/gates/$group" params={{ group: entry.group_id }}>
            {visible(entry.type)}
          </Link>
        ) : (
          <Link to="/receivers/$id" params={{ id: entry.id }}>
            {visible(entry.name)}
          </Link>
        )}
      </span>
      <span>{isOfArtifact ? <ArtifactName nvrpp={entry} /> : visible(`${entry.name} ${entry.version}`)}</span>
      <span className={ui.muted}>{visible(entry.actor?.label ?? entry.actor?.id ?? '')}</span>
      <span>{entry.payload_bytes === null ? '' : bytes(entry.payload_bytes)}</span>
    </div>
  )
}

/** What happens, as it happens. */
export function FeedView() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const entries = useSyncExternalStore(live.onEntries, live.entries)
  const state = useSyncExternalStore(live.onState, live.state)
  const isRushed = useSyncExternalStore(live.onGap, live.isRushed)
  const isUtc = useTimeMode() === 'utc'
  const { data: receivers = [] } = useReceivers()
  const receiverOf = useReceiverNames()
  const [heldAt, setHeldAt] = useState<number>()
  const log = useRef<HTMLDivElement>(null)
  useTitle('Feed')

  const matching = useMemo(
    () =>
      entries.filter(
        (entry) =>
          (search.kind === undefined || entry.kind === search.kind) &&
          (search.receiver === undefined || entry.event_receiver_id === search.receiver) &&
          (search.group === undefined || entry.group_id === search.group) &&
          (search.success === undefined || String(entry.success) === search.success) &&
          (search.name === undefined || entry.name.startsWith(search.name.replace(/\*$/, ''))),
      ),
    [entries, search],
  )
  const isHeld = heldAt !== undefined
  const shown = useMemo(
    () => (isHeld ? matching.slice(0, heldAt) : matching).toReversed(),
    [matching, isHeld, heldAt],
  )
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => log.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const keys = useMemo(
    () => ({ '.': () => setHeldAt((held) => (held === undefined ? matching.length : undefined)) }),
    [matching.length],
  )
  useKeys(keys)

  const change = (next: object) => void navigate({ to: '/feed', search: { ...search, ...next } })
  const flags = Object.entries(search).reduce(
    (text, [name, value]) =>
      text +
      (name === 'success' ? (value === 'false' ? ' --failures' : '') : shell` --${name} ${String(value)}`),
    'watch',
  )
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Feed</h1>
        <span className={ui.muted}>
          {isRushed && 'more comes in than can be shown: now and then the newest · '}
          {state.state === 'live'
            ? `${count(matching.length)} of the newest ${count(entries.length)}`
            : 'not live: what was seen before'}
        </span>
        <span className={ui.push} />
        <button
          type="button"
          className={ui.button}
          aria-pressed={isHeld}
          onClick={() => setHeldAt(isHeld ? undefined : matching.length)}
        >
          {isHeld ? `Go on · ${count(matching.length - heldAt)} new` : 'Hold'}
        </button>
        <CopyAs api="/api/v1/messages?view=summary&tail=200" cli={flags} />
      </div>
      <div className={css.filters}>
        <select
          className={ui.field}
          aria-label="Kind"
          value={search.kind ?? ''}
          onChange={({ target }) => change({ kind: target.value || undefined })}
        >
          <option value="">everything</option>
          {Object.entries(KINDS).map(([kind, word]) => (
            <option key={kind} value={kind}>
              {word}
            </option>
          ))}
        </select>
        <select
          className={ui.field}
          aria-label="Receiver"
          value={search.receiver ?? ''}
          onChange={({ target }) => change({ receiver: target.value || undefined })}
        >
          <option value="">all receivers</option>
          {receivers.map(({ id, name, version }) => (
            <option key={id} value={id}>
              {visible(`${name} ${version}`)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className={ui.chip}
          aria-pressed={search.success === 'false'}
          onClick={() => change({ success: search.success === 'false' ? undefined : 'false' })}
        >
          <StateMark state="failed" /> only
        </button>
        <input
          className={ui.field}
          aria-label="Name begins with"
          placeholder="Name begins with…"
          spellCheck={false}
          value={search.name ?? ''}
          onChange={({ target }) => change({ name: target.value || undefined })}
        />
      </div>
      {shown.length === 0 ? (
        <Empty title={entries.length === 0 ? 'Nothing has happened yet' : 'Nothing of that among the newest'}>
          <p>
            {state.state === 'live'
              ? 'The connection stands: what happens appears here.'
              : (state.reason ?? 'Connecting to the feed.')}
          </p>
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        <section className={css.log} ref={log} tabIndex={0} aria-label="Messages, the newest first">
          <div className={css.rows} style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const entry = shown[index]
              return (
                entry && (
                  <Row
                    key={entry.ce_id ?? entry.cursor}
                    entry={entry}
                    top={start}
                    isUtc={isUtc}
                    nameOf={(id) => receiverOf(id)?.name ?? id}
                  />
                )
              )
            })}
          </div>
        </section>
      )}
    </div>
  )
}
