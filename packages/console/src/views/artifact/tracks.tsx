import type { ArtifactGate } from '@epr/model'
import { Link } from '@tanstack/react-router'
import type { EventRow } from '../../data/use-artifact.js'
import { useNow, useTimeMode } from '../../ui/clock.js'
import { StateMark } from '../../ui/state.js'
import { visible } from '../../ui/text.js'
import { Time, toSpanText, toTimeText } from '../../ui/time.js'
import css from './artifact.module.css'

/** What is drawn of a time: how far it is on the way from the first event to now, in per cent. */
interface Scale {
  start: number
  end: number
}
const toX = ({ start, end }: Scale, time: string): number =>
  end <= start ? 0 : ((Date.parse(time) - start) / (end - start)) * 100

interface Segment {
  from: number
  to: number
  state: string
  key: string
}

function GateBar({ gate, scale }: { gate: ArtifactGate; scale: Scale }) {
  const segments: Segment[] = gate.changes.map(({ time, state, event_id }, at) => {
    const next = gate.changes[at + 1]
    return { from: toX(scale, time), to: next ? toX(scale, next.time) : 100, state, key: event_id }
  })
  return (
    <svg role="img" aria-label={gate.changes.map(({ state, time }) => `${state} ${time}`).join(', ')}>
      {segments.map(({ from, to, state, key }) => (
        <rect
          key={key}
          className={css.bar}
          data-state={state}
          x={`${from}%`}
          y="8"
          height="10"
          width={`${Math.max(0.4, to - from)}%`}
          rx="2"
        />
      ))}
    </svg>
  )
}

/** A receiver's events of the artifact, the first one first. */
function ReceiverBar({ events, scale }: { events: readonly EventRow[]; scale: Scale }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: of SVG there is no other
    <svg role="group" aria-label="Events over time">
      {events.map((event, at) => {
        const next = events[at + 1]
        const from = toX(scale, event.created_at)
        const to = next ? toX(scale, next.created_at) : 100
        return (
          <rect
            key={event.id}
            className={css.bar}
            data-state={event.success ? 'passed' : 'failed'}
            x={`${from}%`}
            y="11"
            height="4"
            width={`${Math.max(0.2, to - from)}%`}
          />
        )
      })}
      {events.map((event) => {
        const state = event.success ? 'passed' : 'failed'
        return (
          <Link key={event.id} to="/events/$id" params={{ id: event.id }}>
            <title>{`${state} ${event.created_at}\n${visible(event.description)}`}</title>
            <circle
              className={css.dot}
              data-state={state}
              cx={`${Math.min(99.6, toX(scale, event.created_at))}%`}
              cy="13"
              r="6"
            />
          </Link>
        )
      })}
    </svg>
  )
}

export interface Track {
  id: string
  name: string
  /** The newest last. */
  events: readonly EventRow[]
}

/** How an artifact came to where it stands at a gate: a line for the gate, and one for each of its receivers. */
export function Tracks({ gate, tracks }: { gate: ArtifactGate; tracks: readonly Track[] }) {
  const [now, mode] = [useNow(), useTimeMode()]
  const times = tracks.flatMap(({ events }) => events.map(({ created_at }) => created_at)).sort()
  const start = times[0]
  if (start === undefined) return null
  const newest = Date.parse(times.at(-1) ?? start)
  // What is over for long is not to be a dot at the edge of an empty line.
  const isOver = gate.state === 'open'
  const end = isOver ? newest + Math.max(1_000, (newest - Date.parse(start)) * 0.06) : Math.max(now, newest)
  const scale = { start: Date.parse(start), end }
  return (
    <div className={css.tracks}>
      <span className={css.word}>
        <b>gate</b>
      </span>
      <GateBar gate={gate} scale={scale} />
      <span className={css.end} />
      {tracks.map(({ id, name, events }) => {
        const last = events.at(-1)
        return [
          <span key={`${id} word`} className={css.word}>
            {visible(name)}
          </span>,
          <span key={`${id} bar`}>{events.length > 0 && <ReceiverBar events={events} scale={scale} />}</span>,
          <span key={`${id} end`} className={css.end}>
            {last ? (
              <span>
                <StateMark state={last.success ? 'passed' : 'failed'} isQuiet />{' '}
                <Time time={last.created_at} />
              </span>
            ) : (
              <StateMark state="missing" />
            )}
          </span>,
        ]
      })}
      <span />
      <span className={css.axis}>
        <span>
          {mode === 'relative' ? `${toSpanText(end - scale.start)} before` : toTimeText(start, mode, now)}
        </span>
        <span>{isOver ? 'opened' : 'now'}</span>
      </span>
      <span />
    </div>
  )
}
