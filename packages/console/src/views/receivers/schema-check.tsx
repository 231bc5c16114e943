import { Link } from '@tanstack/react-router'
import type { ReceiverRow } from '../../data/definitions.js'
import form from '../../ui/form.module.css'
import { Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { count, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { LAST, type Trial } from './use-trial.js'

const PREFIX = /^schema is not a valid JSON Schema: /

/** What stands in front of each sentence is said once, above them. */
export const wordsOf = (problem: string): string => problem.replace(PREFIX, '')

function Problems({ problems, onGoTo }: { problems: readonly string[]; onGoTo: (problem: string) => void }) {
  return (
    <ul className={form.said}>
      {problems.map((problem) => (
        <li key={problem}>
          <button type="button" title="Show where" onClick={() => onGoTo(problem)}>
            {visible(problem)}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What payloads that were taken so far would meet. */
function Stored({ stored, from }: { stored: Trial['stored']; from: ReceiverRow }) {
  const of = `${visible(from.name)} ${visible(from.version)}`
  if (stored.error) return <Failure error={stored.error} onRetry={() => void stored.refetch()} />
  const { data } = stored
  if (!data) return stored.isFetching ? <Skeleton lines={2} /> : null
  if (data.checked === 0)
    return <p className={ui.muted}>{of} has got no payload yet that the schema could be held to.</p>
  const passing = data.checked - data.failed.length
  return (
    <div className={stored.isPlaceholderData ? ui.old : undefined}>
      <p>
        The last {count(data.checked)} payloads of {of}: <b>{count(passing)} pass</b>
        {data.failed.length > 0 && `, ${count(data.failed.length)} do not`}
      </p>
      {!data.complete && (
        <p className={ui.muted}>
          They are fewer than {LAST}: a check reads 8 MiB of them, and ends after 10 seconds.
        </p>
      )}
      {data.failed.length > 0 && (
        <details open={data.failed.length <= 10}>
          <summary>Which events, and what breaks it</summary>
          <ul className={form.said}>
            {data.failed.map(({ event_id, violations }) => (
              <li key={event_id}>
                <Link to="/events/$id" params={{ id: event_id }}>
                  {event_id}
                </Link>
                <br />
                {violations.map(visible).join(' · ')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

function Sample({ trial, problem }: { trial: Trial; problem: string | undefined }) {
  const violations = trial.trial.data?.samples[0]
  if (problem !== undefined) return <p className={form.problem}>It is no JSON: {visible(problem)}</p>
  if (violations === undefined) return null
  if (violations.length === 0) return <StateMark state="passed" word="it would be recorded" />
  return (
    <ul className={form.said}>
      {violations.map((violation) => (
        <li key={violation}>{visible(violation)}</li>
      ))}
    </ul>
  )
}

/** What the server says of a schema while it is written. */
export function SchemaCheck({
  trial,
  from,
  sample,
  onSample,
  onGoTo,
}: {
  trial: Trial
  from: ReceiverRow | undefined
  sample: string
  onSample: (sample: string) => void
  onGoTo: (problem: string) => void
}) {
  const { data, error, refetch } = trial.trial
  return (
    <section className={form.check} aria-label="Check">
      <h2 role="status">
        Check{' '}
        {data?.problems.length === 0 && (
          <StateMark state="passed" word={`can be used, read as ${data.dialect}`} />
        )}
        {data && data.problems.length > 0 && (
          <StateMark state="failed" word="no receiver can be made of it" />
        )}
        {trial.isOld && <span className={ui.muted}>checking…</span>}
      </h2>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      <div className={trial.isOld ? ui.old : undefined}>
        {data && data.problems.length > 0 && (
          <Problems problems={data.problems.map(wordsOf)} onGoTo={onGoTo} />
        )}
        {data?.warnings.map((warning) => (
          <p key={warning} className={ui.warning}>
            {visible(warning)}
          </p>
        ))}
        {from && trial.isUsable && <Stored stored={trial.stored} from={from} />}
      </div>
      <hr />
      <label htmlFor="sample">A payload to try</label>
      <textarea
        id="sample"
        className={form.text}
        placeholder="Paste one: it is checked to the digit, and not recorded"
        spellCheck={false}
        value={sample}
        onChange={({ target }) => onSample(target.value)}
      />
      <div role="status">
        <Sample trial={trial} problem={trial.sampleProblem} />
      </div>
    </section>
  )
}
