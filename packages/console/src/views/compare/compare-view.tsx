import { type ArtifactGate, type Nvrpp, nvrppKey, nvrppSchema } from '@epr/model'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useReceiverNames } from '../../data/definitions.js'
import { type EventRow, toOther, useArtifact, useVersions } from '../../data/use-artifact.js'
import { payloadOf, useEvent } from '../../data/use-event.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { Code } from '../../ui/code/code.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import css from './compare.module.css'

const route = getRouteApi('/compare')
type Search = ReturnType<typeof route.useSearch>

/** The other side: the same name, and what is said of it apart. */
const otherOf = (search: Search) => ({
  name: search.name,
  version: search.with_version ?? search.version,
  release: search.with_release ?? search.release,
  platform_id: search.with_platform_id ?? search.platform_id,
  package: search.with_package ?? search.package,
})

/** Of each receiver the latest event. */
function latestOf(events: readonly EventRow[]): ReadonlyMap<string, EventRow> {
  const latest = new Map<string, EventRow>()
  for (const event of events)
    if (!latest.has(event.event_receiver_id)) latest.set(event.event_receiver_id, event)
  return latest
}

/** One of the artifacts of the name, chosen among them. */
function Side({ word, chosen, onChoose }: { word: string; chosen: Nvrpp; onChoose: (nvrpp: Nvrpp) => void }) {
  const { data: versions = [] } = useVersions(chosen.name)
  const isListed = versions.some((each) => nvrppKey(each) === nvrppKey(chosen))
  return (
    <select
      className={ui.field}
      aria-label={word}
      value={nvrppKey(chosen)}
      onChange={({ target }) => {
        const found = versions.find((each) => nvrppKey(each) === target.value)
        if (found) onChoose(found)
      }}
    >
      {(isListed ? versions : [chosen, ...versions]).map((each) => (
        <option key={nvrppKey(each)} value={nvrppKey(each)}>
          {visible(`${each.version} · ${each.release} · ${each.platform_id} · ${each.package}`)}
        </option>
      ))}
    </select>
  )
}

function Standing({ event }: { event: EventRow | undefined }) {
  if (!event) return <StateMark state="missing" word="no event" />
  return (
    <Link className={css.standing} to="/events/$id" params={{ id: event.id }}>
      <StateMark state={event.success ? 'passed' : 'failed'} /> <Time time={event.created_at} ago />
    </Link>
  )
}

const GateState = ({ gate }: { gate: ArtifactGate | undefined }) =>
  gate ? <StateMark state={gate.state} word={visible(gate.explanation)} /> : <span>—</span>

function GateRows({ one, other }: { one: readonly ArtifactGate[]; other: readonly ArtifactGate[] }) {
  const ids = [...new Set([...one, ...other].map(({ group_id }) => group_id))]
  return ids.map((id) => {
    const [left, right] = [one, other].map((gates) => gates.find(({ group_id }) => group_id === id))
    return (
      <tr key={id}>
        <th scope="row" className={ui.name}>
          <Link to="/gates/$group" params={{ group: id }}>
            {visible((left ?? right)?.group_name ?? id)}
          </Link>{' '}
          <span className={ui.muted}>gate</span>
        </th>
        <td className={ui.name}>
          <GateState gate={left} />
        </td>
        <td className={ui.name}>
          <GateState gate={right} />
        </td>
        <td />
      </tr>
    )
  })
}

/** What the payload of an event says otherwise than that of another did. */
function PayloadDiff({ before: old, after }: { before: string; after: string }) {
  const [left, right] = [useEvent(old), useEvent(after)]
  const error = left.error ?? right.error
  if (error) return <Failure error={error} />
  if (!left.data || !right.data) return <Skeleton />
  const [before, text] = [payloadOf(left.data), payloadOf(right.data)]
  if (before === text) return <p className={ui.muted}>The payloads are the same, byte for byte.</p>
  return <Code text={text} before={before} label="What differs in the payload" />
}

function Compared({ one, other }: { one: Nvrpp; other: Nvrpp }) {
  const search = route.useSearch()
  const navigate = useNavigate()
  const receiverOf = useReceiverNames()
  const [left, right] = [useArtifact(one), useArtifact(other)]
  useTitle(`${one.name} ${one.version} and ${other.version}`)
  const change = (next: object) => void navigate({ to: '/compare', search: { ...search, ...next } })
  const failed = [left, right].find(({ events }) => events.error)?.events
  const isReady = left.events.data !== undefined && right.events.data !== undefined
  const [latest, otherLatest] = [latestOf(left.events.data ?? []), latestOf(right.events.data ?? [])]
  const receivers = [...new Set([...latest.keys(), ...otherLatest.keys()])].toSorted((a, b) =>
    (receiverOf(a)?.name ?? a).localeCompare(receiverOf(b)?.name ?? b),
  )
  const [shownOne, shownOther] = [latest.get(search.receiver ?? ''), otherLatest.get(search.receiver ?? '')]
  const flags = shell`--name ${other.name} --version ${other.version} --release ${other.release} --platform-id ${other.platform_id} --package ${other.package}`
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1 className={ui.name}>
          <ArtifactName nvrpp={one} rest={[]} /> <span className={ui.muted}>and</span>{' '}
          <ArtifactName nvrpp={other} rest={[]} />
        </h1>
        <span className={ui.push} />
        <CopyAs
          api={`/api/v1/artifacts/gates?${new URLSearchParams(other)}`}
          cli={`artifact show ${flags}`}
        />
      </div>
      {failed && <Failure error={failed.error} onRetry={() => void failed.refetch()} />}
      <div className={ui.tableBox}>
        <table className={`${ui.table} ${css.sides}`}>
          <thead>
            <tr>
              <th scope="col">Receiver</th>
              <th scope="col">
                <Side word="One" chosen={one} onChoose={(nvrpp) => change(nvrpp)} />
              </th>
              <th scope="col">
                <Side word="The other" chosen={other} onChoose={(nvrpp) => change(toOther(nvrpp))} />
              </th>
              <th scope="col">Payload</th>
            </tr>
          </thead>
          <tbody>
            <GateRows one={left.gates.data?.data ?? []} other={right.gates.data?.data ?? []} />
            {receivers.map((id) => {
              const [mine, theirs] = [latest.get(id), otherLatest.get(id)]
              const isOutcomeOther = mine?.success !== theirs?.success
              return (
                <tr key={id} data-differs={isOutcomeOther || undefined}>
                  <th scope="row" className={ui.name}>
                    <Link to="/receivers/$id" params={{ id }}>
                      {visible(receiverOf(id)?.name ?? id)}
                    </Link>{' '}
                    <span className={ui.muted}>{visible(receiverOf(id)?.version ?? '')}</span>
                  </th>
                  <td>
                    <Standing event={mine} />
                  </td>
                  <td>
                    <Standing event={theirs} />
                  </td>
                  <td>
                    {mine && theirs ? (
                      <button
                        type="button"
                        className={ui.button}
                        aria-pressed={search.receiver === id}
                        onClick={() => change({ receiver: search.receiver === id ? undefined : id })}
                      >
                        Diff
                      </button>
                    ) : (
                      <span className={ui.muted}>{mine || theirs ? 'of one only' : '—'}</span>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {!isReady && !failed && <Skeleton />}
      {isReady && receivers.length === 0 && (
        <Empty title="Neither has an event">
          <p>Choose other versions above.</p>
        </Empty>
      )}
      {shownOne && shownOther && (
        <>
          <h2>
            {visible(receiverOf(search.receiver ?? '')?.name ?? '')}: what has changed from{' '}
            {visible(other.version)} to {visible(one.version)}
          </h2>
          <PayloadDiff before={shownOther.id} after={shownOne.id} />
        </>
      )}
    </div>
  )
}

/** Two artifacts of one name beside each other: their gates, their results, and what their payloads say differently. */
export function CompareView() {
  const search = route.useSearch()
  const [one, other] = [nvrppSchema.safeParse(search), nvrppSchema.safeParse(otherOf(search))]
  if (one.success && other.success) return <Compared one={one.data} other={other.data} />
  return (
    <Empty title="An artifact is a name, a version, a release, a platform and a package">
      <p>
        Choose one of <Link to="/artifacts">all artifacts</Link>, and compare it there.
      </p>
    </Empty>
  )
}
