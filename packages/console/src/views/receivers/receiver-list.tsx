import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { SERVER_URL } from '../../data/api.js'
import { useGroups, useReceivers } from '../../data/definitions.js'
import { CopyAs } from '../../ui/copy-as.js'
import { Command, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { count, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useRowKeys } from '../../ui/use-row-keys.js'

/** What events must look like, and which gates ask for it. */
export function ReceiverList() {
  const { data, error, refetch } = useReceivers()
  const { data: groups = [] } = useGroups()
  const rows = useRowKeys()
  useEffect(() => {
    document.title = 'Receivers · EPR'
  }, [])
  const askingFor = (id: string) => groups.filter(({ event_receiver_ids }) => event_receiver_ids.includes(id))
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Receivers</h1>
        {data && <span className={ui.muted}>{count(data.length)}</span>}
        <span className={ui.push} />
        <CopyAs api="/api/v1/receivers" cli="receiver search" />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.length === 0 && (
        <Empty title="No receiver yet">
          <p>A receiver says what an event must look like. Make one, or take those of CDEvents:</p>
          <Command
            text={`epr-cli receiver create --name build --type shop.built --version 1.0.0 --description "a build has ended" --url ${SERVER_URL}`}
          />
          <Command text={`epr-cli cdevents install --url ${SERVER_URL}`} />
        </Empty>
      )}
      {data && data.length > 0 && (
        <div className={ui.tableBox}>
          <table className={ui.table} ref={rows}>
            <thead>
              <tr>
                <th scope="col">Receiver</th>
                <th scope="col">Type</th>
                <th scope="col">Gates that ask for it</th>
                <th scope="col">Description</th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {data.map(({ id, name, version, type, description, created_at }) => (
                <tr key={id}>
                  <td className={ui.name}>
                    <Link to="/receivers/$id" params={{ id }}>
                      {visible(name)} <b>{visible(version)}</b>
                    </Link>
                  </td>
                  <td className={ui.name}>{visible(type)}</td>
                  <td className={ui.name}>
                    {askingFor(id).map((group, at) => (
                      <span key={group.id}>
                        {at > 0 && ', '}
                        <Link to="/gates/$group" params={{ group: group.id }}>
                          {visible(group.name)}
                        </Link>
                      </span>
                    ))}
                    {askingFor(id).length === 0 && <span className={ui.muted}>none</span>}
                  </td>
                  <td className={`${ui.name} ${ui.muted}`}>{visible(description)}</td>
                  <td>
                    <Time time={created_at} />
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
