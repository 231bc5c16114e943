import { DELIVERY_BUCKETS, DELIVERY_METRICS, type Delivery, type DeliveryMetric } from '@epr/model'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../data/api.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Empty, Failure, More, Skeleton } from '../../ui/parts.js'
import { count, visible } from '../../ui/text.js'
import { Time, toSpanText } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import css from './delivery.module.css'
import { Rules } from './rules.js'

const route = getRouteApi('/delivery')

const span = (ms: number | null): string => (ms === null ? 'no data' : toSpanText(ms))
const percent = (rate: number | null): string => (rate === null ? 'no data' : `${(rate * 100).toFixed(1)} %`)

interface Shown {
  word: string
  value: string
  about: string
  n: number
  /** Of each bucket; null where there is no data. */
  series: readonly (number | null)[]
  toText: (value: number) => string
}

function toShown({ total, buckets, bucket }: Delivery): Record<Exclude<DeliveryMetric, 'waiting'>, Shown> {
  const { deployments, lead_time, change_failures, restore } = total
  const each = deployments === null ? null : deployments / Math.max(1, buckets.length)
  return {
    deployments: {
      word: 'Deployments',
      value: each === null ? 'no data' : `${each.toFixed(1)} / ${bucket}`,
      about: deployments === null ? '' : `${count(deployments)} in all`,
      n: deployments ?? 0,
      series: buckets.map((one) => one.deployments),
      toText: count,
    },
    lead_time: {
      word: 'Lead time, median',
      value: span(lead_time.median_ms),
      about: lead_time.p90_ms === null ? '' : `p90 ${span(lead_time.p90_ms)}`,
      n: lead_time.n,
      series: buckets.map((one) => one.lead_time.median_ms),
      toText: toSpanText,
    },
    change_failures: {
      word: 'Failed changes',
      value: percent(change_failures.rate),
      about: deployments ? `${count(change_failures.failed)} of ${count(deployments)}` : '',
      n: change_failures.failed,
      series: buckets.map((one) => one.change_failures.rate),
      toText: percent,
    },
    restore: {
      word: 'Time to restore, median',
      value: span(restore.median_ms),
      about: restore.open > 0 ? `${count(restore.open)} still open` : '',
      n: restore.n,
      series: buckets.map((one) => one.restore.median_ms),
      toText: toSpanText,
    },
  }
}

/** A column for each bucket; its numbers stand in the table below. */
function Columns({
  series,
  starts,
  toText,
}: {
  series: Shown['series']
  starts: readonly string[]
  toText: Shown['toText']
}) {
  const most = Math.max(...series.map((value) => value ?? 0), 0)
  const width = 100 / Math.max(1, series.length)
  return (
    <svg className={css.chart} aria-hidden="true">
      {series.map((value, at) => {
        const height = value === null || most === 0 ? 2 : Math.max(2, (value / most) * 42)
        return (
          <rect
            key={starts[at]}
            data-none={value === null || value === 0 || undefined}
            x={`${at * width + width * 0.12}%`}
            width={`${width * 0.76}%`}
            y={44 - height}
            height={height}
            rx="1.5"
          >
            <title>{`${starts[at]?.slice(0, 10)}: ${value === null ? 'no data' : toText(value)}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}

function BucketTable({ data }: { data: Delivery }) {
  return (
    <details>
      <summary className={ui.muted}>
        The same as a table, by {data.bucket}, days of {data.time_zone}
      </summary>
      <div className={ui.tableBox}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col" className={ui.number}>
                Deployments
              </th>
              <th scope="col" className={ui.number}>
                Lead time
              </th>
              <th scope="col" className={ui.number}>
                Failed changes
              </th>
              <th scope="col" className={ui.number}>
                Time to restore
              </th>
            </tr>
          </thead>
          <tbody>
            {data.buckets.map((one) => (
              <tr key={one.start}>
                <td>{one.start.slice(0, 10)}</td>
                <td className={ui.number}>{one.deployments === null ? 'no data' : count(one.deployments)}</td>
                <td className={ui.number}>{span(one.lead_time.median_ms)}</td>
                <td className={ui.number}>{percent(one.change_failures.rate)}</td>
                <td className={ui.number}>{span(one.restore.median_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Waiting({ data }: { data: Delivery }) {
  const waited = data.waiting.filter(({ n, never_open }) => n > 0 || never_open > 0)
  if (waited.length === 0) return null
  const most = Math.max(...waited.map(({ median_ms }) => median_ms ?? 0), 1)
  return (
    <>
      <h2>Waiting at gates, median</h2>
      <div className={css.waiting}>
        {waited.map(({ group_id, group_name, n, median_ms, p90_ms, never_open }) => [
          <Link key={`${group_id} name`} to="/gates/$group" params={{ group: group_id }}>
            {visible(group_name)}
          </Link>,
          <svg key={`${group_id} bar`} aria-hidden="true">
            <rect width={`${((median_ms ?? 0) / most) * 100}%`} height="8" rx="2" />
          </svg>,
          <span key={`${group_id} span`}>
            {span(median_ms)}{' '}
            <span className={ui.muted}>
              p90 {span(p90_ms)} · n={count(n)}
              {never_open > 0 && ` · ${count(never_open)} never open`}
            </span>
          </span>,
        ])}
      </div>
    </>
  )
}

/** The events that a number was made of. */
function Events({ metric }: { metric: DeliveryMetric }) {
  const { from, to, name, environment } = route.useSearch()
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['delivery events', metric, from, to, name, environment],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api().delivery.events(metric, { from, to, name, environment, after: pageParam }, { signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={4} />
  const events = data.pages.flatMap((page) => page.data)
  return (
    <>
      <div className={ui.tableBox}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">Artifact</th>
              <th scope="col">Environment</th>
              <th scope="col">When</th>
              <th scope="col" className={ui.number}>
                Span
              </th>
              <th scope="col">Events</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={`${event.event_id} ${event.group_id ?? ''} ${event.other_event_id ?? ''}`}>
                <td>
                  <ArtifactName nvrpp={event} />
                </td>
                <td>{visible(event.environment)}</td>
                <td>
                  <Time time={event.time} ago />
                </td>
                <td className={ui.number}>{event.ms === null ? '—' : toSpanText(event.ms)}</td>
                <td>
                  <Link to="/events/$id" params={{ id: event.event_id }}>
                    event
                  </Link>
                  {event.other_event_id !== null && (
                    <>
                      {' · '}
                      <Link to="/events/$id" params={{ id: event.other_event_id }}>
                        other
                      </Link>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasNextPage && <More onMore={() => void fetchNextPage()} />}
    </>
  )
}

/** How often, how fast and how safely is delivered. */
export function DeliveryView() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const [name, setName] = useState(search.name ?? '')
  const bucket = DELIVERY_BUCKETS.find((known) => known === search.bucket)
  const metric = DELIVERY_METRICS.find((known) => known === search.metric)
  const query = {
    from: search.from,
    to: search.to,
    time_zone: search.time_zone,
    name: search.name,
    environment: search.environment,
    bucket,
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['delivery', query],
    queryFn: ({ signal }) => api().delivery.measure(query, { signal }),
    placeholderData: keepPreviousData,
  })
  useTitle('Delivery')
  const change = (next: object) => void navigate({ to: '/delivery', search: { ...search, ...next } })
  const params = new URLSearchParams(
    Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const cli = Object.entries(query).reduce(
    (text, [flag, value]) =>
      value === undefined ? text : text + shell` --${flag.replace('_', '-')} ${value}`,
    'delivery show',
  )
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Delivery</h1>
        {data && (
          <span className={ui.muted}>
            {data.from.slice(0, 10)} to {data.to.slice(0, 10)}, by {data.bucket}
          </span>
        )}
        <span className={ui.push} />
        <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={() => void refetch()}>
          Ask again
        </button>
        <CopyAs api={`/api/v1/delivery${params.size > 0 ? `?${params}` : ''}`} cli={cli} />
      </div>
      <div className={css.filters}>
        <input
          className={ui.field}
          aria-label="Name"
          placeholder="Name, or its beginning and *"
          spellCheck={false}
          value={name}
          onChange={({ target }) => setName(target.value)}
          onBlur={() => change({ name: name || undefined })}
          onKeyDown={({ key }) => key === 'Enter' && change({ name: name || undefined })}
        />
        {(['from', 'to'] as const).map((end) => (
          <label key={end}>
            {end}
            <input
              className={ui.field}
              type="date"
              value={search[end]?.slice(0, 10) ?? ''}
              onChange={({ target }) =>
                change({ [end]: target.value === '' ? undefined : `${target.value}T00:00:00Z` })
              }
            />
          </label>
        ))}
        <select
          className={ui.field}
          aria-label="Environment"
          value={search.environment ?? ''}
          onChange={({ target }) => change({ environment: target.value || undefined })}
        >
          <option value="">all environments</option>
          {data?.environments.map(({ environment, deployments }) => (
            <option key={environment} value={environment}>
              {visible(environment)} ({count(deployments)})
            </option>
          ))}
        </select>
        <select
          className={ui.field}
          aria-label="By"
          value={bucket ?? 'week'}
          onChange={({ target }) => change({ bucket: target.value })}
        >
          {DELIVERY_BUCKETS.map((each) => (
            <option key={each} value={each}>
              by {each}
            </option>
          ))}
        </select>
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.no_data && (
        <Empty title="No data">
          <p>{visible(data.no_data)}</p>
        </Empty>
      )}
      {data && !data.no_data && (
        <div className={`${ui.view} ${error || isPlaceholderData ? ui.old : ''}`}>
          <div className={css.numbers}>
            {Object.entries(toShown(data)).map(([key, { word, value, about, n, series, toText }]) => (
              <section key={key} className={css.number} data-chosen={key === metric || undefined}>
                <h2>{word}</h2>
                <b data-none={value === 'no data' || undefined}>{value}</b>
                <small>
                  {about} {about && '· '}
                  <Link to="/delivery" search={{ ...search, metric: key }}>
                    n={count(n)}
                  </Link>
                </small>
                <Columns series={series} starts={data.buckets.map(({ start }) => start)} toText={toText} />
              </section>
            ))}
          </div>
          <Waiting data={data} />
          <BucketTable data={data} />
        </div>
      )}
      {data && <Rules held={data.rules} />}
      {metric && <Events metric={metric} />}
    </div>
  )
}
