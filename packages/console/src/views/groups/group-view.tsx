import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../data/api.js'
import { useGroups, useReceiverNames } from '../../data/definitions.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Dialog, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'

const route = getRouteApi('/groups/$id')

/** Asks before a group is switched, and says what will be so then. */
function Switch({ id, name, isEnabled }: { id: string; name: string; isEnabled: boolean }) {
  const [isAsking, setAsking] = useState(false)
  const queries = useQueryClient()
  const switching = useMutation({
    mutationFn: () => (isEnabled ? api().groups.disable(id) : api().groups.enable(id)),
    onSuccess() {
      setAsking(false)
      return queries.invalidateQueries({ queryKey: ['groups'] })
    },
  })
  const word = isEnabled ? 'Disable' : 'Enable'
  return (
    <>
      <button type="button" className={ui.button} onClick={() => setAsking(true)}>
        {word}…
      </button>
      <Dialog title={`${word} ${visible(name)}?`} isOpen={isAsking} onClose={() => setAsking(false)}>
        <p>
          {isEnabled
            ? 'Artifacts that pass are announced no more: watchers and whoever waits for its messages hear nothing. Its state is computed on, and messages are not sent later.'
            : 'Artifacts that pass from now on are announced. What has passed while it was disabled is not announced later.'}
        </p>
        {switching.error && <Failure error={switching.error} />}
        <div className={ui.actions}>
          <button type="button" className={ui.button} onClick={() => setAsking(false)}>
            Leave it
          </button>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            disabled={switching.isPending}
            onClick={() => switching.mutate()}
          >
            {word}
          </button>
        </div>
      </Dialog>
    </>
  )
}

export function GroupView() {
  const { id } = route.useParams()
  const { data, error, refetch } = useGroups()
  const receiverOf = useReceiverNames()
  const group = data?.find((each) => each.id === id)
  useTitle(group?.name)
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton />
  if (!group)
    return (
      <Empty title="No group has this id">
        <p>
          <Link to="/groups">All groups</Link>
        </p>
      </Empty>
    )
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1 className={ui.name}>
          {visible(group.name)} <span className={ui.muted}>{visible(group.version)}</span>
        </h1>
        {group.enabled ? <StateMark state="passed" word="enabled" /> : <StateMark state="disabled" isPill />}
        <span className={ui.push} />
        <Link className={ui.button} to="/gates/$group" params={{ group: id }}>
          What stands at it
        </Link>
        <Switch id={id} name={group.name} isEnabled={group.enabled} />
        <CopyAs api={`/api/v1/groups/${id}`} cli={shell`group get ${id}`} />
      </div>
      <p className={ui.name}>{visible(group.description)}</p>
      <dl className={ui.facts}>
        <dt>Type</dt>
        <dd>{visible(group.type)}</dd>
        <dt>Created</dt>
        <dd>
          <Time time={group.created_at} ago />
        </dd>
        <dt>Switched</dt>
        <dd>
          {group.updated_at === group.created_at ? (
            <span className={ui.muted}>never</span>
          ) : (
            <Time time={group.updated_at} ago />
          )}
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{id}</code>
        </dd>
      </dl>
      <h2>It opens for an artifact when the latest event at each of these is a success</h2>
      <div className={ui.tableBox}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th scope="col">Receiver</th>
              <th scope="col">Type</th>
              <th scope="col">Description</th>
            </tr>
          </thead>
          <tbody>
            {group.event_receiver_ids.map((receiverId) => {
              const receiver = receiverOf(receiverId)
              return (
                <tr key={receiverId}>
                  <td className={ui.name}>
                    <Link to="/receivers/$id" params={{ id: receiverId }}>
                      {receiver ? visible(`${receiver.name} ${receiver.version}`) : receiverId}
                    </Link>
                  </td>
                  <td className={ui.name}>{visible(receiver?.type ?? '')}</td>
                  <td className={`${ui.name} ${ui.muted}`}>{visible(receiver?.description ?? '')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}
