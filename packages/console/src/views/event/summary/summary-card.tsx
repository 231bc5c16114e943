import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { inWorker } from '../../../data/in-worker.js'
import { Failure, More } from '../../../ui/parts.js'
import { count, visible } from '../../../ui/text.js'
import ui from '../../../ui/ui.module.css'
import css from '../event.module.css'
import { type Count, type Summary, summarise } from './summarise.js'
import workerUrl from './summary-worker.js?worker-url'

const FIRST = 5
/** Rows that "more" adds: a page stays quick with as many. */
const STEP = 500
const MOST_COUNTED = 8

function Counted({ title, rows }: { title: string; rows: readonly Count[] }) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? rows : rows.slice(0, MOST_COUNTED)
  return (
    <div>
      <h3>{title}</h3>
      <ul className={css.counts}>
        {shown.map((row) => (
          <li key={row.word}>
            <b>{count(row.count)}</b> <span className={ui.name}>{visible(row.word)}</span>
          </li>
        ))}
        {shown.length < rows.length && (
          <li>
            <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={() => setWhole(true)}>
              {count(rows.length - shown.length)} others
            </button>
          </li>
        )}
      </ul>
    </div>
  )
}

/** What scrolls is reached by keys. */
function reachable(box: HTMLElement | null): void {
  if (box) box.tabIndex = 0
}

function Rows({ columns, rows }: NonNullable<Summary['table']>) {
  const [most, setMost] = useState(FIRST)
  if (rows.length === 0) return null
  return (
    <>
      <section className={`${ui.tableBox} ${css.rows}`} ref={reachable} aria-label={`${columns[0]}s`}>
        <table className={ui.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((row, at) => (
              <tr key={at}>
                {columns.map((column, index) => (
                  <td key={column} className={ui.name}>
                    {visible(row[index] ?? '')}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {most === FIRST && rows.length > FIRST && (
        <p>
          <button type="button" className={ui.button} onClick={() => setMost(STEP)}>
            {rows.length > STEP ? `The first ${STEP}` : 'All'} of {count(rows.length)}
          </button>
        </p>
      )}
      {most > FIRST && rows.length > most && <More onMore={() => setMost(most + STEP)} />}
    </>
  )
}

/** A payload of a kind that is known, in short; nothing of others. */
export function SummaryCard({ id, text }: { id: string; text: string }) {
  const { data, error } = useQuery({
    queryKey: ['summary', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await inWorker(workerUrl, text, summarise)) ?? null,
  })
  if (error) return <Failure error={error} />
  if (!data) return null
  return (
    <section className={css.summary} aria-label="In short">
      <h2>{visible(data.kind)}</h2>
      <dl>
        {data.facts
          .filter(([, said]) => said !== '')
          .map(([word, said]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd className={ui.name}>{visible(said)}</dd>
            </div>
          ))}
      </dl>
      {data.counted && data.counted.rows.length > 0 && <Counted {...data.counted} />}
      {data.table && <Rows {...data.table} />}
    </section>
  )
}
