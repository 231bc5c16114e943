import { fromJsonText, type JsonText, OTHER_PATH } from '@epr/model'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { api, explainFailure } from '../../data/api.js'
import { useGroups } from '../../data/definitions.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { Code } from '../../ui/code/code.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { GateLinks } from '../../ui/gate-links.js'
import { Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { count, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import css from './receivers.module.css'

const route = getRouteApi('/receivers/$id')
const HOURS = 168
const NEWEST = 20

function Refusals({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['refusals', id],
    queryFn: ({ signal }) => api().receivers.refusals(id, { hours: HOURS, signal }),
  })
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={3} />
  if (data.paths.length === 0)
    return <p className={ui.muted}>It has refused no payload within {HOURS / 24} days.</p>
  return (
    <>
      <div className={ui.tableBox}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">Where payloads broke the schema</th>
              <th scope="col" className={ui.number}>
                Refused
              </th>
              <th scope="col">Last, within the hour of</th>
            </tr>
          </thead>
          <tbody>
            {data.paths.map(({ path, count: refused, last_hour }) => (
              <tr key={path}>
                <td className={ui.name}>
                  <code>{path === OTHER_PATH ? 'elsewhere' : visible(path) || 'the payload itself'}</code>
                </td>
                <td className={ui.number}>{count(refused)}</td>
                <td>
                  <Time time={last_hour} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className={css.samples}>
        {data.samples.slice(0, 5).map(({ time, request_id, violations, user_agent, actor }) => (
          <li key={request_id}>
            <Time time={time} ago /> <span className={ui.muted}>by</span>{' '}
            {visible(actor ?? user_agent ?? 'somebody')} <code>{request_id}</code>
            <br />
            <span className={ui.name}>{violations.map(visible).join(' · ')}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function Newest({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['newest of', id],
    queryFn: ({ signal }) =>
      api().events.find(
        { event_receiver_id: id },
        {
          fields: ['id', 'name', 'version', 'release', 'platform_id', 'package', 'success', 'created_at'],
          order: 'desc',
          limit: NEWEST,
          signal,
        },
      ),
  })
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={4} />
  if (data.length === 0) return <p className={ui.muted}>Nothing was recorded here yet.</p>
  return (
    <div className={ui.tableBox}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th scope="col">Result</th>
            <th scope="col">Artifact</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {data.map((event) => (
            <tr key={event.id}>
              <td>
                <Link to="/events/$id" params={{ id: event.id }}>
                  <StateMark state={event.success ? 'passed' : 'failed'} />
                </Link>
              </td>
              <td>
                <ArtifactName nvrpp={event} />
              </td>
              <td>
                <Time time={event.created_at} ago />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function ReceiverView() {
  const { id } = route.useParams()
  const { data: groups = [] } = useGroups()
  const { data, error, refetch } = useQuery({
    queryKey: ['receiver', id],
    queryFn: ({ signal }) => api().receivers.get(id, { exact: true, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  useTitle(data?.name)
  if (error)
    return (
      <div className={ui.view}>
        <Failure error={error} onRetry={() => void refetch()} />
        {explainFailure(error).code === 'NOT_FOUND' && (
          <Empty title="No receiver has this id">
            <p>
              <Link to="/receivers">All receivers</Link>
            </p>
          </Empty>
        )}
      </div>
    )
  if (!data) return <Skeleton />
  const asking = groups.filter(({ event_receiver_ids }) => event_receiver_ids.includes(id))
  const schema = fromJsonText(data.schema as JsonText)
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1 className={ui.name}>
          {visible(data.name)} <span className={ui.muted}>{visible(data.version)}</span>
        </h1>
        <span className={ui.push} />
        <Link className={ui.button} to="/receivers/new" search={{ from: id }}>
          New version…
        </Link>
        <CopyAs api={`/api/v1/receivers/${id}`} cli={shell`receiver get ${id}`} />
      </div>
      <p className={ui.name}>{visible(data.description)}</p>
      <dl className={ui.facts}>
        <dt>Type</dt>
        <dd>{visible(data.type)}</dd>
        <dt>Gates</dt>
        <dd>
          <GateLinks groups={asking} none="none asks for it" />
        </dd>
        <dt>Created</dt>
        <dd>
          <Time time={data.created_at} ago />
        </dd>
        <dt>Fingerprint</dt>
        <dd>
          <code>{data.fingerprint}</code>
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{id}</code>
        </dd>
      </dl>
      {schema.trim() === '{}' && (
        <p className={ui.warning}>
          Its schema takes any payload: what senders mean by their fields is not checked.
        </p>
      )}
      <h2>Refused payloads</h2>
      <Refusals id={id} />
      <h2>Newest events</h2>
      <Newest id={id} />
      <h2>Schema</h2>
      <Code text={schema} label="Schema" />
    </div>
  )
}
