import { Link } from '@tanstack/react-router'
import { useGroups, useReceiverNames } from '../../data/definitions.js'
import { CopyAs } from '../../ui/copy-as.js'
import { Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { count, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useRowKeys } from '../../ui/use-row-keys.js'
import { useTitle } from '../../ui/use-title.js'
import { NoGates } from '../gates/no-gates.js'

/** All gates, and what each asks for. */
export function GroupList() {
  const { data, error, refetch } = useGroups()
  const receiverOf = useReceiverNames()
  const rows = useRowKeys()
  useTitle('Groups')
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Groups</h1>
        {data && <span className={ui.muted}>{count(data.length)}</span>}
        <span className={ui.push} />
        <Link className={ui.button} to="/groups/new">
          New group…
        </Link>
        <CopyAs api="/api/v1/groups" cli="group search" />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.length === 0 && <NoGates />}
      {data && data.length > 0 && (
        <div className={ui.tableBox}>
          <table className={ui.table} ref={rows}>
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">Sends</th>
                <th scope="col">Type</th>
                <th scope="col">Asks for</th>
                <th scope="col">Switched</th>
              </tr>
            </thead>
            <tbody>
              {data.map(({ id, name, version, type, enabled, event_receiver_ids, updated_at }) => (
                <tr key={id}>
                  <td className={ui.name}>
                    <Link to="/groups/$id" params={{ id }}>
                      {visible(name)} <b>{visible(version)}</b>
                    </Link>
                  </td>
                  <td>
                    {enabled ? <StateMark state="passed" word="enabled" /> : <StateMark state="disabled" />}
                  </td>
                  <td className={ui.name}>{visible(type)}</td>
                  <td className={ui.name}>
                    {event_receiver_ids
                      .map((receiver) => visible(receiverOf(receiver)?.name ?? receiver))
                      .join(', ')}
                  </td>
                  <td>
                    <Time time={updated_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
