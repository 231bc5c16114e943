import type { Operations, WatcherState } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { api, SERVER_URL } from '../../data/api.js'
import { CopyAs } from '../../ui/copy-as.js'
import { Command, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { bytes, count, visible } from '../../ui/text.js'
import { Time, toSpanText } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import css from './operations.module.css'

const POLL_MS = 5_000
const polled = { refetchInterval: POLL_MS, staleTime: 0 }

type Fact = readonly [string, React.ReactNode]

function Facts({
  title,
  facts,
  error,
}: {
  title: string
  facts: readonly Fact[]
  error?: string | undefined
}) {
  return (
    <section>
      <h2>{title}</h2>
      <dl>
        {facts.map(([word, value]) => [<dt key={word}>{word}</dt>, <dd key={`${word} value`}>{value}</dd>])}
      </dl>
      {error && <p className={css.error}>{visible(error)}</p>}
    </section>
  )
}

const yes = (isSo: boolean, word: string, otherwise: string) => (
  <StateMark state={isSo ? 'passed' : 'missing'} word={isSo ? word : otherwise} />
)

function RegistryFacts({ data }: { data: Operations }) {
  const { server, servers, database, intake, feed, relay, projections } = data
  const perSecond = (intake.events / 60).toFixed(intake.events < 600 ? 1 : 0)
  return (
    <div className={css.facts}>
      <Facts
        title="Server"
        facts={[
          ['version', server.version],
          ['up for', toSpanText(server.uptime_s * 1_000)],
          ['records', yes(server.recording, 'yes', 'no')],
          ['leads', yes(server.leader, 'yes', 'another does')],
          ['servers on this database', count(servers)],
        ]}
      />
      <Facts
        title="Intake, the last minute"
        facts={[
          ['events', `${count(intake.events)} · ${perSecond}/s`],
          ['failures among them', count(intake.failures)],
          ['gates completed', count(intake.completions)],
          ['a flush takes', intake.mean_ms === null ? 'no data' : `${intake.mean_ms.toFixed(1)} ms`],
          ['the slowest took', intake.slowest_ms === null ? 'no data' : `${intake.slowest_ms.toFixed(1)} ms`],
        ]}
      />
      <Facts
        title="Database"
        facts={[
          ['PostgreSQL', database.version],
          ['schema', database.schema_version],
          ['size', bytes(database.bytes)],
          ['events', `~${count(database.events_estimate)}`],
        ]}
      />
      <Facts
        title="Feed"
        facts={[
          ['without a cursor yet', count(feed.unnumbered)],
          ['newest cursor', feed.newest_cursor],
          ['kept since', feed.kept_since === null ? 'nothing is kept' : <Time time={feed.kept_since} />],
          ['kept for', toSpanText(feed.retention_ms)],
          ...projections.map(({ name, lag }): Fact => [`${name} behind by`, count(lag)]),
        ]}
      />
      <Facts
        title="Relay to Kafka"
        facts={
          relay
            ? [
                ['state', visible(relay.state)],
                ['topic', visible(relay.topic)],
                ['behind by', `${count(relay.lag)} · ${toSpanText(relay.oldest_waits_s * 1_000)}`],
                ['published', count(relay.published)],
                ['as references', count(relay.references)],
                ['skipped', count(relay.skipped)],
              ]
            : [
                [
                  'state',
                  <span key="off" className={ui.muted}>
                    feed only
                  </span>,
                ],
              ]
        }
        error={relay?.last_error?.message}
      />
    </div>
  )
}

function Watcher({ watcher }: { watcher: WatcherState }) {
  const {
    name,
    instance,
    source,
    ready,
    lag,
    processed,
    failed,
    dead_lettered,
    dead_letters,
    seen_at,
    silent_since,
  } = watcher
  return (
    <tr>
      <td className={ui.name}>
        {visible(name)} <span className={ui.muted}>{visible(instance)}</span>
      </td>
      <td>{visible(source)}</td>
      <td>
        {silent_since === null ? (
          yes(ready, 'consumes', 'not ready')
        ) : (
          <StateMark state="failed" word="silent" />
        )}
      </td>
      <td className={ui.number}>{lag === null ? <span className={ui.muted}>no data</span> : count(lag)}</td>
      <td className={ui.number}>{count(processed)}</td>
      <td className={ui.number}>{count(failed)}</td>
      <td>
        {dead_lettered === 0 ? (
          <span className={ui.muted}>0</span>
        ) : (
          <details>
            <summary>{count(dead_lettered)}</summary>
            <ul className={css.reasons}>
              {dead_letters.map(({ time, kind, error, id }) => (
                <li key={`${time} ${id}`} className={ui.name}>
                  <Time time={time} ago /> <b>{visible(kind)}</b> {visible(error)} <code>{visible(id)}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </td>
      <td>
        <Time time={seen_at} ago />
      </td>
    </tr>
  )
}

const HEADS = ['Watcher', 'Reads', 'State', 'Behind', 'Done', 'Failed', 'Dead letters', 'Seen'] as const
const NUMBERS: ReadonlySet<string> = new Set(['Behind', 'Done', 'Failed'])

/** How the registry goes, for whoever runs it. */
export function OperationsView() {
  const operations = useQuery({
    queryKey: ['operations'],
    queryFn: ({ signal }) => api().operations({ signal }),
    ...polled,
  })
  const watchers = useQuery({
    queryKey: ['watchers'],
    queryFn: ({ signal }) => api().watchers.list({ signal }),
    ...polled,
  })
  useTitle('Operations')
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Operations</h1>
        <span className={ui.push} />
        <a className={ui.button} href={`${SERVER_URL}/metrics`}>
          Metrics
        </a>
        <CopyAs api="/api/v1/operations" cli="operations" />
      </div>
      {operations.error && <Failure error={operations.error} onRetry={() => void operations.refetch()} />}
      {!operations.data && !operations.error && <Skeleton />}
      {operations.data && (
        <div className={operations.error ? ui.old : undefined}>
          <RegistryFacts data={operations.data} />
        </div>
      )}
      <h2>Watchers</h2>
      {watchers.error && <Failure error={watchers.error} onRetry={() => void watchers.refetch()} />}
      {watchers.data?.length === 0 && (
        <>
          <p className={ui.muted}>
            No watcher has said how it is. Those made with @epr/watcher do so by themselves, every ten
            seconds; a first one:
          </p>
          <Command text={`epr-cli watch --url ${SERVER_URL}`} />
        </>
      )}
      {watchers.data && watchers.data.length > 0 && (
        <div className={ui.tableBox}>
          <table className={ui.table}>
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head} scope="col" className={NUMBERS.has(head) ? ui.number : undefined}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {watchers.data.map((watcher) => (
                <Watcher key={`${watcher.name} ${watcher.instance}`} watcher={watcher} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
