import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api } from '../../data/api.js'
import { nvrppOf } from '../../data/gate-rows.js'
import { ArtifactName } from '../../ui/artifact-name.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { Empty, Failure, More, Skeleton } from '../../ui/parts.js'
import { count, visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useRowKeys } from '../../ui/use-row-keys.js'
import { useTitle } from '../../ui/use-title.js'

const route = getRouteApi('/artifacts')

/** Artifacts by the beginnings of their names, or those that were seen last. */
export function ArtifactList() {
  const { name } = route.useSearch()
  const navigate = useNavigate()
  const [text, setText] = useState(name ?? '')
  const rows = useRowKeys()
  useEffect(() => setText(name ?? ''), [name])
  useTitle('Artifacts')
  const pattern = name === undefined ? undefined : name.endsWith('*') ? name : `${name}*`
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['artifacts', pattern],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api().artifacts.find(
        { ...(pattern && { name: pattern }), ...(pageParam && { after: pageParam }) },
        { signal },
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const artifacts = data?.pages.flatMap((page) => page.data)
  const search = () => void navigate({ to: '/artifacts', search: text === '' ? {} : { name: text } })
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Artifacts</h1>
        <input
          className={ui.field}
          aria-label="Name begins with"
          placeholder="Name begins with…"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onBlur={search}
          onKeyDown={({ key }) => key === 'Enter' && search()}
        />
        <span className={ui.push} />
        <CopyAs
          api={`/api/v1/artifacts${pattern ? `?${new URLSearchParams({ name: pattern })}` : ''}`}
          cli={pattern ? shell`artifact search --name ${pattern}` : 'artifact search'}
        />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!artifacts && !error && <Skeleton lines={10} />}
      {artifacts?.length === 0 && (
        <Empty
          title={name === undefined ? 'No artifact yet' : `No artifact’s name begins with “${visible(name)}”`}
        >
          <p>An artifact is what events are about: it is here with its first one.</p>
        </Empty>
      )}
      {artifacts && artifacts.length > 0 && (
        <div className={ui.tableBox}>
          <table className={ui.table} ref={rows}>
            <thead>
              <tr>
                <th scope="col">Artifact</th>
                <th scope="col" className={ui.number}>
                  Events
                </th>
                <th scope="col" className={ui.number}>
                  Failed
                </th>
                <th scope="col">First</th>
                <th scope="col">Last</th>
              </tr>
            </thead>
            <tbody>
              {artifacts.map((artifact) => (
                <tr key={Object.values(nvrppOf(artifact)).join('\n')}>
                  <td>
                    <ArtifactName nvrpp={artifact} />
                  </td>
                  <td className={ui.number}>{count(artifact.events)}</td>
                  <td className={ui.number}>
                    {artifact.failures === 0 ? <span className={ui.muted}>0</span> : count(artifact.failures)}
                  </td>
                  <td>
                    <Time time={artifact.first_at} />
                  </td>
                  <td>
                    <Time time={artifact.last_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasNextPage && <More isLoading={isFetchingNextPage} onMore={() => void fetchNextPage()} />}
    </div>
  )
}
