import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, type Key, type ShownKey, useKeyList } from '../../data/access.js'
import { SERVER_URL, serverNow } from '../../data/api.js'
import { Command, CopyButton, Dialog, Empty, Failure, Skeleton } from '../../ui/parts.js'
import { StateMark } from '../../ui/state.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import css from './access.module.css'

const LIVES = { '30d': '30 days', '90d': '90 days', '365d': 'a year', never: 'for good' } as const

/** What is to be done with a key, asked before. */
type Asked = { deed: 'create' } | { deed: 'rotate' | 'revoke'; key: Key }

/** The key itself, this once. */
function Shown({ shown, onClose }: { shown: ShownKey; onClose: () => void }) {
  return (
    <>
      <p>It is shown this once, and kept nowhere. Put it where your secrets are.</p>
      <div className={css.key}>
        <code>{shown.key}</code>
        <CopyButton text={shown.key} />
      </div>
      <div className={ui.actions}>
        <button type="button" className={`${ui.button} ${ui.primary}`} onClick={onClose}>
          I have it
        </button>
      </div>
    </>
  )
}

function KeyForm({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const [name, setName] = useState('')
  const [isAdmin, setAdmin] = useState(false)
  const [life, setLife] = useState<string>('90d')
  const queries = useQueryClient()
  const doing = useMutation({
    async mutationFn(): Promise<ShownKey | undefined> {
      if (asked.deed === 'create')
        return ask<ShownKey>('POST', '/keys', { name: name.trim(), admin: isAdmin, expires: life })
      const of = encodeURIComponent(asked.key.name)
      if (asked.deed === 'rotate') return ask<ShownKey>('POST', `/keys/rotate?name=${of}`, { expires: life })
      await ask('DELETE', `/keys/${encodeURIComponent(asked.key.id)}`)
      return undefined
    },
    async onSuccess(shown) {
      if (!shown) onClose()
      // The first key closes the server: what this page shows is asked for again, with it.
      await queries.invalidateQueries({ queryKey: ['keys'] })
    },
  })
  if (doing.data) return <Shown shown={doing.data} onClose={onClose} />
  const words = { create: 'Make the key', rotate: 'Make another key', revoke: 'Revoke it' }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        doing.mutate()
      }}
    >
      {asked.deed === 'create' && (
        <>
          <label htmlFor="key-name">Name</label>
          <input
            id="key-name"
            className={ui.field}
            required
            spellCheck={false}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <label className={css.admin}>
            <input type="checkbox" checked={isAdmin} onChange={({ target }) => setAdmin(target.checked)} />
            It may do everything
          </label>
          {!isAdmin && <p className={ui.muted}>It may do nothing until a policy names it.</p>}
        </>
      )}
      {asked.deed === 'rotate' && (
        <p>Another key of the name {visible(asked.key.name)}. The one of now is good for another day.</p>
      )}
      {asked.deed === 'revoke' && (
        <p>
          Whoever uses {visible(asked.key.name)} is refused within seconds, for good. What it has recorded
          stays.
        </p>
      )}
      {asked.deed !== 'revoke' && (
        <>
          <label htmlFor="key-life">It is good for</label>
          <select
            id="key-life"
            className={ui.field}
            value={life}
            onChange={({ target }) => setLife(target.value)}
          >
            {Object.entries(LIVES).map(([span, word]) => (
              <option key={span} value={span}>
                {word}
              </option>
            ))}
          </select>
        </>
      )}
      {doing.error && <Failure error={doing.error} />}
      <div className={ui.actions}>
        <button type="button" className={ui.button} onClick={onClose}>
          Leave it
        </button>
        <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={doing.isPending}>
          {words[asked.deed]}
        </button>
      </div>
    </form>
  )
}

/** `good`, or why it is not. */
function stateOf({ revoked_at, expires_at }: Key): 'good' | 'revoked' | 'over' {
  if (revoked_at !== null) return 'revoked'
  return expires_at !== null && Date.parse(expires_at) <= serverNow() ? 'over' : 'good'
}

function KeyState({ state }: { state: ReturnType<typeof stateOf> }) {
  return <StateMark state={state === 'good' ? 'passed' : 'disabled'} word={state} />
}

/** All keys of all times; of none its text. */
export function Keys() {
  const { data, error, refetch } = useKeyList(true)
  const [asked, setAsked] = useState<Asked>()
  const titles = { create: 'A new key', rotate: 'Another key', revoke: 'Revoke the key?' }
  const when = (time: string | null, none: string) =>
    time === null ? <span className={ui.muted}>{none}</span> : <Time time={time} />
  return (
    <>
      <div className={ui.heading}>
        <h2>Keys</h2>
        <span className={ui.push} />
        <button type="button" className={ui.button} onClick={() => setAsked({ deed: 'create' })}>
          New key…
        </button>
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={4} />}
      {data?.length === 0 && (
        <Empty title="No key yet">
          <p>
            Make one for yourself first, with which you may do everything: from then on callers are asked.
          </p>
          <Command text={`epr-cli key create --name root --admin --url ${SERVER_URL}`} />
        </Empty>
      )}
      {data && data.length > 0 && (
        <div className={ui.tableBox}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">State</th>
                <th scope="col">May everything</th>
                <th scope="col">Used last</th>
                <th scope="col">Good until</th>
                <th scope="col">Made</th>
                <th scope="col">
                  <span className="visually-hidden">What can be done</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((key) => (
                <tr key={key.id}>
                  <td className={ui.name}>
                    {visible(key.name)} <span className={ui.muted}>{key.id}</span>
                  </td>
                  <td>
                    <KeyState state={stateOf(key)} />
                  </td>
                  <td>{key.admin ? 'yes' : 'no'}</td>
                  <td>{when(key.last_used_at, 'never')}</td>
                  <td>{key.expires_at === null ? 'for good' : key.expires_at.slice(0, 10)}</td>
                  <td>{when(key.created_at, '')}</td>
                  <td>
                    {stateOf(key) === 'good' &&
                      (['rotate', 'revoke'] as const).map((deed) => (
                        <button
                          key={deed}
                          type="button"
                          className={`${ui.button} ${ui.quiet}`}
                          aria-label={`${deed} ${visible(key.name)}`}
                          onClick={() => setAsked({ deed, key })}
                        >
                          {deed}…
                        </button>
                      ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Dialog
        title={asked ? titles[asked.deed] : ''}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
      >
        {asked && <KeyForm asked={asked} onClose={() => setAsked(undefined)} />}
      </Dialog>
    </>
  )
}
