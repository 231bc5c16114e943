import {
  explainGate,
  type GateArtifact,
  type GateArtifacts,
  type GateCell,
  nvrppKey,
  toLabels,
} from '@epr/model'
import { Link, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { nvrppOf } from '../../data/gate-rows.js'
import { ArtifactName, agreed, differing } from '../../ui/artifact-name.js'
import { useNow } from '../../ui/clock.js'
import { StateMark } from '../../ui/state.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import css from './gates.module.css'

/** `failed 3d: scan has failed 6 times`, in the words that every program has for it. */
function sentenceOf(row: GateArtifact, labels: ReadonlyMap<string, string>, now: number): string {
  const explained = row.cells.map(({ event_receiver_id, state, failures }) => ({
    name: labels.get(event_receiver_id) ?? event_receiver_id,
    state,
    failures,
  }))
  return explainGate({ state: row.state, since: row.since, receivers: explained }, now)
}

/** Why it is closed, without what the state's own column has said. */
const reasonOf = (sentence: string): string => sentence.split(': ').slice(1).join(': ')

function CellText({ cell: { state, since, failures } }: { cell: GateCell }) {
  return (
    <>
      <StateMark state={state} isQuiet={state !== 'failed'} />
      {since !== null && <Time time={since} />}
      {failures > 1 && <small> ×{failures > 99 ? '99+' : failures}</small>}
    </>
  )
}

/** Arrows move among cells, of which one is in the order of Tab (ARIA grid). */
function useArrows() {
  const table = useRef<HTMLTableElement>(null)
  const [at, setAt] = useState({ row: 0, column: 0 })
  function onKeyDown(event: React.KeyboardEvent): void {
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      k: [-1, 0],
      j: [1, 0],
    }
    const [down, right] = moves[event.key] ?? []
    if (down === undefined || right === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const next = { row: at.row + down, column: at.column + right }
    const cell = table.current?.querySelector<HTMLElement>(`[data-at="${next.row}:${next.column}"]`)
    if (!cell) return
    event.preventDefault()
    setAt(next)
    cell.focus()
  }
  const tabIndexOf = (row: number, column: number) => (row === at.row && column === at.column ? 0 : -1)
  return { table, onKeyDown, tabIndexOf, setAt }
}

/** What stands at a gate: a row for each artifact, a column for each receiver but the hidden ones. */
export function Matrix({
  gate,
  fresh,
  hidden,
}: {
  gate: GateArtifacts
  fresh: ReadonlySet<string>
  hidden: ReadonlySet<string>
}) {
  const now = useNow()
  const navigate = useNavigate()
  const { table, onKeyDown, tabIndexOf, setAt } = useArrows()
  const labels = new Map(toLabels(gate.receivers).map((label, at) => [gate.receivers[at]?.id ?? '', label]))
  const rest = differing(gate.data)
  const common = agreed(gate.data)
  const isShared = (name: string) => gate.receivers.filter((receiver) => receiver.name === name).length > 1
  const place = (row: number, column: number) => ({
    'data-at': `${row}:${column}`,
    tabIndex: tabIndexOf(row, column),
    onFocus: () => setAt({ row, column }),
  })

  function onKey(event: React.KeyboardEvent, row: GateArtifact): void {
    if (event.key !== 'o') return
    event.preventDefault()
    void navigate({ to: '/artifact', search: nvrppOf(row) })
  }

  return (
    <table className={css.matrix} ref={table} onKeyDown={onKeyDown}>
      <caption className="visually-hidden">
        Artifacts at this gate, and how each stands at its receivers
      </caption>
      <thead>
        <tr>
          <th scope="col">Artifact {common !== '' && <small>{visible(common)}</small>}</th>
          <th scope="col">Gate</th>
          {gate.receivers
            .filter(({ id }) => !hidden.has(id))
            .map(({ id, name, version }) => (
              <th scope="col" key={id}>
                {visible(name)} {isShared(name) && <small>{visible(version)}</small>}
              </th>
            ))}
          <th scope="col">Waits for</th>
        </tr>
      </thead>
      <tbody>
        {gate.data.map((row, rowAt) => {
          const key = nvrppKey(row)
          return (
            <tr key={key} onKeyDown={(event) => onKey(event, row)}>
              <th scope="row">
                <Link className={css.cell} to="/artifact" search={nvrppOf(row)} {...place(rowAt, 0)}>
                  <ArtifactName nvrpp={row} isLink={false} rest={rest} />
                </Link>
              </th>
              <td>
                <span className={css.cell}>
                  <StateMark state={row.state} isPill />
                  <Time time={row.since} />
                </span>
              </td>
              {row.cells
                .filter((cell) => !hidden.has(cell.event_receiver_id))
                .map((cell, cellAt) => {
                  const classes = `${css.cell} ${cell.state === 'failed' ? css.failedCell : ''}`
                  if (cell.event_id === null)
                    return (
                      <td key={cell.event_receiver_id}>
                        <span className={classes} {...place(rowAt, cellAt + 1)}>
                          <StateMark state="missing" isQuiet />
                        </span>
                      </td>
                    )
                  return (
                    <td key={cell.event_receiver_id}>
                      <Link
                        key={cell.event_id}
                        className={`${classes} ${fresh.has(cell.event_id) ? css.fresh : ''}`}
                        to="/events/$id"
                        params={{ id: cell.event_id }}
                        {...place(rowAt, cellAt + 1)}
                      >
                        <CellText cell={cell} />
                      </Link>
                    </td>
                  )
                })}
              <td>
                <span className={`${css.cell} ${css.why}`}>
                  {visible(reasonOf(sentenceOf(row, labels, now))) || '—'}
                </span>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
