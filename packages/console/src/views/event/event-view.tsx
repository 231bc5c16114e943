import { fromJsonText, type JsonText } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { api } from '../../data/api.js'
import { useGroups } from '../../data/definitions.js'
import { type ExactEvent, payloadOf, useEvent, useLastPass, useNeighbours } from '../../data/use-event.js'
import { useKeys } from '../../shell/keys.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { Code } from '../../ui/code/code.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { download } from '../../ui/download.js'
import { GateLinks } from '../../ui/gate-links.js'
import { CopyButton, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { bytes, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import css from './event.module.css'
import { MessageTab } from './message-tab.js'
import { SummaryCard } from './summary/summary-card.js'

const route = getRouteApi('/events/$id')
const TABS = ['payload', 'diff', 'schema', 'message', 'raw'] as const
type Tab = (typeof TABS)[number]

const sizeOf = (text: string): number => new Blob([text]).size

function Payload({ event }: { event: ExactEvent }) {
  const text = payloadOf(event)
  const size = useMemo(() => sizeOf(text), [text])
  return (
    <>
      <div className={ui.heading}>
        <span className={ui.muted}>
          {bytes(size)}, as it was sent and taken by {visible(event.EventReceiver?.name ?? 'its receiver')}
        </span>
        <span className={ui.push} />
        <CopyButton text={text} label="Copy exact" />
        <button type="button" className={ui.button} onClick={() => download(`${event.id}.json`, text)}>
          Download
        </button>
      </div>
      <SummaryCard id={event.id} text={text} />
      <Code text={text} label="Payload" />
    </>
  )
}

function Diff({ event }: { event: ExactEvent }) {
  const { data, error, refetch } = useLastPass(event)
  const receiver = event.EventReceiver?.name ?? 'this receiver'
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton />
  if (data === null)
    return (
      <Empty title={`${visible(receiver)} has never passed for ${visible(event.name)} before`}>
        <p>There is no earlier success of this name at this receiver to compare with.</p>
      </Empty>
    )
  const [text, before] = [payloadOf(event), payloadOf(data)]
  return (
    <>
      <p className={ui.muted}>
        Against the last pass,{' '}
        <Link to="/events/$id" params={{ id: data.id }}>
          {visible(data.name)} {visible(data.version)}
        </Link>
        , <Time time={data.created_at} ago />
        {text === before && ': the payloads are the same'}
      </p>
      <Code text={text} before={before} label="What has changed since the last pass" />
    </>
  )
}

function Schema({ event }: { event: ExactEvent }) {
  const receiver = event.EventReceiver
  if (!receiver) return <Empty title="Its receiver came without a schema" />
  return (
    <>
      <p className={ui.muted}>
        <Link to="/receivers/$id" params={{ id: receiver.id }}>
          {visible(receiver.name)} {visible(receiver.version)}
        </Link>{' '}
        · fingerprint <code>{receiver.fingerprint.slice(0, 16)}…</code> · the payload satisfies it: it would
        not be here otherwise
      </p>
      <Code text={fromJsonText(receiver.schema as JsonText)} label="Schema" />
    </>
  )
}

/** The whole event as the API answers it. */
function Raw({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['raw event', id],
    queryFn: ({ signal }) => api().rest('GET', `/events/${encodeURIComponent(id)}`, undefined, { signal }),
  })
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  return data ? <Code text={data.text} label="The event as the API answers it" /> : <Skeleton />
}

function Facts({ event }: { event: ExactEvent }) {
  const { data: groups = [] } = useGroups()
  const asking = groups.filter(({ event_receiver_ids }) =>
    event_receiver_ids.includes(event.event_receiver_id),
  )
  return (
    <dl className={ui.facts}>
      <dt>Artifact</dt>
      <dd>
        <ArtifactName nvrpp={event} />
      </dd>
      <dt>Recorded</dt>
      <dd>
        <time dateTime={event.created_at}>{event.created_at}</time> · <Time time={event.created_at} ago />
        {event.actor && <> · by {visible(event.actor.label ?? event.actor.id)}</>}
      </dd>
      <dt>Description</dt>
      <dd className={ui.name}>{visible(event.description)}</dd>
      <dt>Gates</dt>
      <dd>
        <GateLinks groups={asking} none="none asks for this receiver" />
      </dd>
      <dt>Id</dt>
      <dd>
        <code>{event.id}</code>
      </dd>
    </dl>
  )
}

function Shown({ event }: { event: ExactEvent }) {
  const { tab } = route.useSearch()
  const navigate = useNavigate()
  const { data: beside } = useNeighbours(event)
  const chosen: Tab = TABS.find((known) => known === tab) ?? (event.success ? 'payload' : 'diff')
  const receiver = event.EventReceiver
  const words: Record<Tab, string> = {
    payload: 'Payload',
    diff: 'Diff with last pass',
    schema: 'Schema',
    message: 'Message',
    raw: 'Raw',
  }
  const keys = useMemo(() => {
    const show = (tab: Tab) =>
      void navigate({ to: '/events/$id', params: { id: event.id }, search: { tab }, replace: true })
    const go = (id: string | undefined) =>
      id !== undefined && void navigate({ to: '/events/$id', params: { id } })
    return {
      '[': () => go(beside?.previous),
      ']': () => go(beside?.next),
      d: () => show('diff'),
      ...Object.fromEntries(TABS.map((each, at) => [String(at + 1), () => show(each)])),
    }
  }, [navigate, event.id, beside])
  useKeys(keys)
  useTitle(`${receiver?.name ?? 'Event'} ${event.success ? 'passed' : 'failed'} · ${event.name}`)
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <StateMark state={event.success ? 'passed' : 'failed'} isPill />
        <h1 className={ui.name}>
          {visible(receiver?.name ?? event.event_receiver_id)} <span className={ui.muted}>of</span>{' '}
          {visible(event.name)} {visible(event.version)}
        </h1>
        <span className={ui.push} />
        {(['previous', 'next'] as const).map((side) => {
          const id = beside?.[side]
          return (
            id && (
              <Link key={side} className={`${ui.button} ${ui.quiet}`} to="/events/$id" params={{ id }}>
                {side === 'previous' ? '‹ previous' : 'next ›'}
              </Link>
            )
          )
        })}
        <CopyAs api={`/api/v1/events/${event.id}`} cli={shell`event get ${event.id}`} />
      </div>
      <Facts event={event} />
      <div className={css.tabs} role="tablist" aria-label="Of this event">
        {TABS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`tab-${each}`}
            aria-selected={each === chosen}
            aria-controls="panel"
            tabIndex={each === chosen ? 0 : -1}
            onClick={() =>
              void navigate({
                to: '/events/$id',
                params: { id: event.id },
                search: { tab: each },
                replace: true,
              })
            }
            onKeyDown={({ key, currentTarget }) => {
              const to =
                key === 'ArrowRight'
                  ? currentTarget.nextElementSibling
                  : key === 'ArrowLeft'
                    ? currentTarget.previousElementSibling
                    : null
              if (to instanceof HTMLElement) {
                to.focus()
                to.click()
              }
            }}
          >
            {words[each]}
          </button>
        ))}
      </div>
      <section className={css.panel} id="panel" role="tabpanel" aria-labelledby={`tab-${chosen}`}>
        {chosen === 'payload' && <Payload event={event} />}
        {chosen === 'diff' && <Diff event={event} />}
        {chosen === 'schema' && <Schema event={event} />}
        {chosen === 'message' && <MessageTab event={event} />}
        {chosen === 'raw' && <Raw id={event.id} />}
      </section>
    </div>
  )
}

/** What exactly was recorded, and what differs from when it last went well. */
export function EventView() {
  const { id } = route.useParams()
  const { data, error, refetch } = useEvent(id)
  if (data) return <Shown key={data.id} event={data} />
  if (!error) return <Skeleton />
  return (
    <div className={ui.view}>
      <Failure error={error} onRetry={() => void refetch()} />
      {'code' in error && error.code === 'NOT_FOUND' && (
        <Empty title="No event has this id">
          <p>
            It may be a{' '}
            <Link to="/receivers/$id" params={{ id }}>
              receiver’s
            </Link>{' '}
            or a{' '}
            <Link to="/groups/$id" params={{ id }}>
              group’s
            </Link>
            . Press <kbd>/</kbd> to find what you were looking for.
          </p>
        </Empty>
      )}
    </div>
  )
}
