import { useQueryClient } from '@tanstack/react-query'
import { useWhoami, type Whoami } from '../../data/access.js'
import { SERVER_URL } from '../../data/api.js'
import { session } from '../../data/session.js'
import { CopyAs } from '../../ui/copy-as.js'
import { Failure, Skeleton } from '../../ui/parts.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import { Keys } from './keys.js'

const KINDS: Record<Whoami['kind'], string> = {
  anonymous: 'nobody in particular',
  key: 'a key',
  job: 'a job',
  session: 'a session of a job',
  user: 'a person',
}

/** `record at 01K…, about {"name":"shop/*"}`. */
function toWords({ verb, ...rest }: Whoami['rights'][number]): string {
  return [verb, ...Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`)].join(', ')
}

/** A key that was typed here is forgotten; a session of the browser is ended at the server. */
function Leave() {
  const queries = useQueryClient()
  async function leave(): Promise<void> {
    if (session.key !== undefined) session.use(undefined)
    else await fetch(`${SERVER_URL}/logout`, { method: 'POST', redirect: 'manual' })
    await queries.invalidateQueries()
  }
  return (
    <button type="button" className={ui.button} onClick={() => void leave()}>
      {session.key === undefined ? 'Log out' : 'Forget my key'}
    </button>
  )
}

function You({ who }: { who: Whoami }) {
  return (
    <dl className={ui.facts}>
      <dt>You are</dt>
      <dd>
        {visible(who.label)} <span className={ui.muted}>{KINDS[who.kind]}</span>
      </dd>
      <dt>Id</dt>
      <dd>
        <code>{visible(who.id)}</code>
      </dd>
      <dt>Until</dt>
      <dd>
        {who.expires_at === null ? (
          <span className={ui.muted}>for good</span>
        ) : (
          <Time time={who.expires_at} />
        )}
      </dd>
      <dt>May</dt>
      <dd>
        {who.rights.length === 0 ? (
          <span className={ui.muted}>nothing: no policy names you</span>
        ) : (
          who.rights.map((right) => {
            const words = toWords(right)
            return <div key={words}>{visible(words)}</div>
          })
        )}
      </dd>
    </dl>
  )
}

/** Who is asked for here, what they may do, and the keys of those that are let in. */
export function AccessView() {
  const { data, error, refetch } = useWhoami()
  useTitle('Access')
  const isAdmin = data?.rights.some(({ verb }) => verb === 'admin') ?? false
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>Access</h1>
        <span className={ui.push} />
        {data && !data.open && <Leave />}
        <CopyAs api="/api/v1/auth/whoami" cli="whoami" />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={4} />}
      {data?.open && (
        <p className={ui.warning}>
          Nobody is asked who they are: whoever reaches this server may do everything. The first key ends
          that.
        </p>
      )}
      {data && !data.open && <You who={data} />}
      {isAdmin && <Keys />}
    </div>
  )
}
