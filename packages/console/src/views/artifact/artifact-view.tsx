import { type Nvrpp, nvrppKey, nvrppSchema, stringifyJson } from '@epr/model'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, SERVER_URL } from '../../data/api.js'
import { useGroups, useReceiverNames } from '../../data/definitions.js'
import { type EventRow, MOST_EVENTS, toOther, useArtifact, useVersions } from '../../data/use-artifact.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { download } from '../../ui/download.js'
import { CopyButton, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useRowKeys } from '../../ui/use-row-keys.js'
import { useTitle } from '../../ui/use-title.js'
import css from './artifact.module.css'
import { Tracks } from './tracks.js'

const route = getRouteApi('/artifact')

/** Everything that is known of an artifact, exactly, as one file. */
async function evidenceOf(nvrpp: Nvrpp, events: readonly EventRow[]): Promise<string> {
  const client = api()
  const whole = []
  for (const { id } of events) whole.push(await client.events.get(id, { exact: true }))
  const gates = await client.artifacts.gates(nvrpp)
  return stringifyJson({
    artifact: nvrpp,
    exported_at: new Date().toISOString(),
    gates: gates.data,
    events: whole.reverse(),
  })
}

function Evidence({ nvrpp, events }: { nvrpp: Nvrpp; events: readonly EventRow[] }) {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')
  async function take(): Promise<void> {
    setState('busy')
    try {
      const text = await evidenceOf(nvrpp, events)
      download(`${nvrpp.name}-${nvrpp.version}.evidence.json`.replaceAll('/', '-'), text)
      setState('idle')
    } catch {
      setState('failed')
    }
  }
  const words = { idle: 'Evidence', busy: 'Gathering…', failed: 'It failed: again' }
  return (
    <button
      type="button"
      className={ui.button}
      disabled={state === 'busy'}
      onClick={() => void take()}
      title="All events with their exact payloads and receivers, and every change of the gates, in one file"
    >
      {words[state]}
    </button>
  )
}

/** To the comparison with the artifact of the same name that had an event last, but for this one. */
function CompareLink({ nvrpp }: { nvrpp: Nvrpp }) {
  const { data: versions = [] } = useVersions(nvrpp.name)
  const other = versions.find((each) => nvrppKey(each) !== nvrppKey(nvrpp))
  if (!other) return null
  return (
    <Link to="/compare" search={{ ...other, ...toOther(nvrpp) }}>
      compare with {visible(other.version)}
    </Link>
  )
}

function EventTable({ events, nvrpp }: { events: readonly EventRow[]; nvrpp: Nvrpp }) {
  const search = route.useSearch()
  const navigate = useNavigate()
  const receiverOf = useReceiverNames()
  const rows = useRowKeys()
  const nameOf = (id: string) => receiverOf(id)?.name ?? id
  const ids = [...new Set(events.map(({ event_receiver_id }) => event_receiver_id))]
  const shown = events.filter(
    (event) =>
      (search.receiver === undefined || event.event_receiver_id === search.receiver) &&
      (search.failed === undefined || !event.success),
  )
  const change = (next: object) =>
    void navigate({ to: '/artifact', search: { ...search, ...nvrpp, ...next } })
  return (
    <>
      <div className={css.filters}>
        <h2>
          Events{' '}
          <span className={ui.muted}>
            {events.length === MOST_EVENTS ? `the newest ${MOST_EVENTS}` : events.length}
          </span>
        </h2>
        <select
          className={ui.field}
          aria-label="Receiver"
          value={search.receiver ?? ''}
          onChange={({ target }) => change({ receiver: target.value || undefined })}
        >
          <option value="">all receivers</option>
          {ids.map((id) => (
            <option key={id} value={id}>
              {visible(nameOf(id))}
            </option>
          ))}
        </select>
        <button
          type="button"
          className={ui.chip}
          aria-pressed={search.failed !== undefined}
          onClick={() => change({ failed: search.failed === undefined ? '1' : undefined })}
        >
          <StateMark state="failed" /> only
        </button>
      </div>
      <div className={ui.tableBox}>
        <table className={ui.table} ref={rows}>
          <thead>
            <tr>
              <th scope="col">Receiver</th>
              <th scope="col">Result</th>
              <th scope="col">When</th>
              <th scope="col">Description</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((event) => (
              <tr key={event.id}>
                <td>
                  <Link to="/events/$id" params={{ id: event.id }} className={ui.name}>
                    {visible(nameOf(event.event_receiver_id))}
                  </Link>
                </td>
                <td>
                  <StateMark state={event.success ? 'passed' : 'failed'} />
                </td>
                <td>
                  <Time time={event.created_at} ago />
                </td>
                <td className={ui.name}>{visible(event.description)}</td>
                <td className={ui.name}>
                  {event.actor ? (
                    visible(event.actor.label ?? event.actor.id)
                  ) : (
                    <span className={ui.muted}>—</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Artifact({ nvrpp }: { nvrpp: Nvrpp }) {
  const { gates, events } = useArtifact(nvrpp)
  const { data: groups = [] } = useGroups()
  const receiverOf = useReceiverNames()
  useTitle(`${nvrpp.name} ${nvrpp.version}`)
  const params = new URLSearchParams(nvrpp)
  const flags = shell`--name ${nvrpp.name} --version ${nvrpp.version} --release ${nvrpp.release} --platform-id ${nvrpp.platform_id} --package ${nvrpp.package}`
  const tracksOf = (groupId: string) =>
    (groups.find(({ id }) => id === groupId)?.event_receiver_ids ?? []).map((id) => ({
      id,
      name: receiverOf(id)?.name ?? id,
      events: (events.data ?? []).filter((event) => event.event_receiver_id === id).toReversed(),
    }))
  const isUnknown = gates.error !== null && 'code' in gates.error && gates.error.code === 'NOT_FOUND'
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1 className={ui.name}>
          {visible(nvrpp.name)} {visible(nvrpp.version)}
        </h1>
        <span className={ui.push} />
        {events.data && <Evidence nvrpp={nvrpp} events={events.data} />}
        <CopyAs api={`/api/v1/artifacts/gates?${params}`} cli={`artifact show ${flags}`} />
      </div>
      <div className={css.facts}>
        <span className={ui.name}>
          <b>release</b>
          {visible(nvrpp.release)}
        </span>
        <span className={ui.name}>
          <b>platform</b>
          {visible(nvrpp.platform_id)}
        </span>
        <span className={ui.name}>
          <b>package</b>
          {visible(nvrpp.package)}
        </span>
        <Link to="/artifacts" search={{ name: nvrpp.name }}>
          all versions
        </Link>
        <CompareLink nvrpp={nvrpp} />
      </div>
      {isUnknown && (
        <Empty title="There is no event of this artifact">
          <p>
            Perhaps another version of it has some:{' '}
            <Link to="/artifacts" search={{ name: nvrpp.name }}>
              artifacts whose name begins so
            </Link>
            .
          </p>
        </Empty>
      )}
      {gates.error && !isUnknown && <Failure error={gates.error} onRetry={() => void gates.refetch()} />}
      {!gates.data && !gates.error && <Skeleton />}
      {gates.data?.data.length === 0 && <p className={ui.muted}>No gate asks for any of its receivers.</p>}
      <div className={css.gates}>
        {gates.data?.data
          .toSorted((one, other) => Number(other.enabled) - Number(one.enabled))
          .map((gate) => {
            const tracks = tracksOf(gate.group_id)
            const missing = tracks.find((track) => track.events.length === 0)
            return (
              <section key={gate.group_id} className={css.gate}>
                <header>
                  <h2>
                    <Link to="/gates/$group" params={{ group: gate.group_id }}>
                      {visible(gate.group_name)}
                    </Link>{' '}
                    <span className={ui.muted}>{visible(gate.group_version)}</span>
                  </h2>
                  <StateMark state={gate.state} word={visible(gate.explanation)} isPill />
                  {!gate.enabled && <StateMark state="disabled" />}
                  <span className={ui.push} />
                  {missing && (
                    <CopyButton
                      label={`Copy what would pass ${visible(missing.name)}`}
                      text={
                        shell`epr-cli event create --event-receiver-id ${missing.id} ` +
                        flags +
                        shell` --description ${missing.name} --success --payload '{}' --url ${SERVER_URL}`
                      }
                    />
                  )}
                </header>
                <Tracks gate={gate} tracks={tracks} />
              </section>
            )
          })}
      </div>
      {events.error && <Failure error={events.error} onRetry={() => void events.refetch()} />}
      {events.data && events.data.length > 0 && <EventTable events={events.data} nvrpp={nvrpp} />}
    </div>
  )
}

/** Why its gates are closed, how they came to be so, and everything that was recorded. */
export function ArtifactView() {
  const search = route.useSearch()
  const nvrpp = nvrppSchema.safeParse(search)
  if (nvrpp.success) return <Artifact nvrpp={nvrpp.data} />
  return <Some name={search.name} />
}

/** A name alone stands for all that are called so. */
function Some({ name }: { name: string | undefined }) {
  const navigate = useNavigate()
  useEffect(() => {
    void navigate({ to: '/artifacts', search: name === undefined ? {} : { name }, replace: true })
  }, [navigate, name])
  return null
}
