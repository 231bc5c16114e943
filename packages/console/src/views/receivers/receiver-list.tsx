import type { RECEIVER_WARNINGS, ReceiverUsage } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { api, SERVER_URL, serverNow } from '../../data/api.js'
import { CopyAs } from '../../ui/copy-as.js'
import { GateLinks } from '../../ui/gate-links.js'
import { Command, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { count, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useRowKeys } from '../../ui/use-row-keys.js'
import { useTitle } from '../../ui/use-title.js'
import css from './receivers.module.css'

const route = getRouteApi('/receivers')
const DAYS = 30
const DAY_MS = 86_400_000

const WARNING_WORDS: Record<(typeof RECEIVER_WARNINGS)[number], string> = {
  unused: 'unused',
  refusing: 'refuses more than it takes',
  failing: 'never passes',
  anything: 'takes anything',
}

const ORDERS = {
  created: 'created last',
  last: 'last event',
  events: 'most events',
  refused: 'most refused',
} as const
type Order = keyof typeof ORDERS

const byOrder: Record<Order, (one: ReceiverUsage, other: ReceiverUsage) => number> = {
  created: () => 0,
  last: (one, other) => (other.last_event_at ?? '').localeCompare(one.last_event_at ?? ''),
  events: (one, other) => other.events - one.events,
  refused: (one, other) => other.refused - one.refused,
}

/** Events by day, the newest day last; the table has the sum. */
function Days({ days }: { days: ReceiverUsage['days'] }) {
  const byDay = new Map(days.map((day) => [day.day, day]))
  const most = Math.max(1, ...days.map(({ events }) => events))
  const last = Math.floor(serverNow() / DAY_MS)
  return (
    <svg className={css.days} viewBox={`0 0 ${DAYS * 4} 18`} aria-hidden="true">
      {Array.from({ length: DAYS }, (_, at) => {
        const name = new Date((last - DAYS + 1 + at) * DAY_MS).toISOString().slice(0, 10)
        const day = byDay.get(name)
        const height = day ? Math.max(2, (day.events / most) * 18) : 1
        return (
          <rect
            key={name}
            data-none={day === undefined || undefined}
            x={at * 4}
            y={18 - height}
            width="3"
            height={height}
          >
            <title>{`${name}: ${day ? `${day.events} events, ${day.failures} failed` : 'none'}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}

function Row({ usage }: { usage: ReceiverUsage }) {
  const {
    event_receiver_id: id,
    name,
    version,
    type,
    last_event_at,
    events,
    failures,
    refused,
    groups,
    days,
    warnings,
  } = usage
  return (
    <tr>
      <td className={ui.name}>
        <Link to="/receivers/$id" params={{ id }}>
          {visible(name)} <b>{visible(version)}</b>
        </Link>
        <br />
        <span className={ui.muted}>{visible(type)}</span>
      </td>
      <td>
        {last_event_at === null ? <span className={ui.muted}>never</span> : <Time time={last_event_at} ago />}
      </td>
      <td>
        <Days days={days} />
      </td>
      <td className={ui.number}>{count(events)}</td>
      <td className={ui.number}>
        {events === 0 ? (
          <span className={ui.muted}>no data</span>
        ) : (
          `${Math.round((failures / events) * 100)} %`
        )}
      </td>
      <td className={ui.number}>{refused === 0 ? <span className={ui.muted}>0</span> : count(refused)}</td>
      <td className={ui.name}>
        <GateLinks groups={groups} none="none" />
      </td>
      <td className={css.warned}>{warnings.map((warning) => WARNING_WORDS[warning]).join(', ')}</td>
    </tr>
  )
}

/** Whether receivers are used, what they refuse, and who waits for them. */
export function ReceiverList() {
  const { order } = route.useSearch()
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery({
    queryKey: ['usage'],
    queryFn: ({ signal }) => api().receivers.usage({ days: DAYS, signal }),
  })
  const rows = useRowKeys()
  useTitle('Receivers')
  const chosen: Order = Object.keys(ORDERS).find((known): known is Order => known === order) ?? 'created'
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Receivers</h1>
        {data && (
          <span className={ui.muted}>
            {count(data.length)}, of {DAYS} days
          </span>
        )}
        <select
          className={ui.field}
          aria-label="Order"
          value={chosen}
          onChange={({ target }) => void navigate({ to: '/receivers', search: { order: target.value } })}
        >
          {Object.entries(ORDERS).map(([key, word]) => (
            <option key={key} value={key}>
              {word}
            </option>
          ))}
        </select>
        <span className={ui.push} />
        <Link className={ui.button} to="/receivers/new">
          New receiver…
        </Link>
        <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={() => void refetch()}>
          Ask again
        </button>
        <CopyAs api={`/api/v1/receivers/usage?days=${DAYS}`} cli={`receiver usage --days ${DAYS}`} />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.length === 0 && (
        <Empty title="No receiver yet">
          <p>
            A receiver says what an event must look like. <Link to="/receivers/new">Make one here</Link> or in
            a terminal, or take those of CDEvents:
          </p>
          <Command
            text={`epr-cli receiver create --name build --type shop.built --version 1.0.0 --description "a build has ended" --url ${SERVER_URL}`}
          />
          <Command text={`epr-cli cdevents install --url ${SERVER_URL}`} />
        </Empty>
      )}
      {data && data.length > 0 && (
        <div className={`${ui.tableBox} ${error ? ui.old : ''}`}>
          <table className={ui.table} ref={rows}>
            <thead>
              <tr>
                <th scope="col">Receiver</th>
                <th scope="col">Last event</th>
                <th scope="col">{DAYS} days</th>
                <th scope="col" className={ui.number}>
                  Events
                </th>
                <th scope="col" className={ui.number}>
                  Failed
                </th>
                <th scope="col" className={ui.number}>
                  Refused
                </th>
                <th scope="col">Gates</th>
                <th scope="col">Look at</th>
              </tr>
            </thead>
            <tbody>
              {data.toSorted(byOrder[chosen]).map((usage) => (
                <Row key={usage.event_receiver_id} usage={usage} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
