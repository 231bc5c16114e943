import { eventReceiverGroupInputSchema } from '@epr/model'
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { api } from '../../data/api.js'
import { type ReceiverRow, useGroups, useReceivers } from '../../data/definitions.js'
import { useDraft } from '../../data/draft.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { CreateDialog, DraftBar, focusProblem, type Named, NameFields } from '../../ui/draft-form.js'
import { problemsByField, TextField } from '../../ui/form.js'
import form from '../../ui/form.module.css'
import { Empty, Failure, Skeleton } from '../../ui/parts.js'
import { count, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import { wouldBeOpen } from './would-be-open.js'

interface Fields extends Named {
  enabled: boolean
  event_receiver_ids: string[]
}

const INITIAL: Fields = {
  ...{ name: '', type: '', version: '', description: '' },
  enabled: true,
  event_receiver_ids: [],
}

/** The events of each receiver that a preview looks at: one page. */
const NEWEST = 1_000
/** A preview asks that many receivers at most. */
const MOST_ASKED = 12
/** Receivers that are listed at a time; the rest is found by name. */
const MOST_LISTED = 100

const VERDICT_FIELDS = ['name', 'version', 'release', 'platform_id', 'package', 'success'] as const

/** For how many artifacts it would be open by now. */
function Preview({ ids }: { ids: readonly string[] }) {
  const asked = useQueries({
    queries: ids.slice(0, MOST_ASKED).map((event_receiver_id) => ({
      queryKey: ['verdicts', event_receiver_id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api().events.find(
          { event_receiver_id },
          { fields: VERDICT_FIELDS, order: 'desc' as const, limit: NEWEST, signal },
        ),
    })),
  })
  if (ids.length === 0) return null
  if (ids.length > MOST_ASKED)
    return <p className={ui.muted}>What would be open is counted for {MOST_ASKED} receivers at most.</p>
  const error = asked.find((one) => one.error)?.error
  if (error)
    return <Failure error={error} onRetry={() => asked.map((one) => one.error && void one.refetch())} />
  const found = asked.flatMap(({ data }) => (data ? [data] : []))
  if (found.length < ids.length) return <Skeleton lines={1} />
  const { open, artifacts } = wouldBeOpen(found)
  const isCut = found.some(({ length }) => length >= NEWEST)
  return (
    <p role="status">
      Today {isCut && 'at least '}
      <b>
        {count(open)} of {count(artifacts)}
      </b>{' '}
      artifacts would be open
      <span className={ui.muted}>
        {isCut
          ? `, by the newest ${count(NEWEST)} events at each receiver`
          : ', by all events at these receivers'}
      </span>
    </p>
  )
}

/** Receivers in the order of the gate's columns. */
function Chosen({
  ids,
  receiverOf,
  onChange,
}: {
  ids: readonly string[]
  receiverOf: (id: string) => ReceiverRow | undefined
  onChange: (ids: string[]) => void
}) {
  const list = useRef<HTMLOListElement>(null)
  const pressed = useRef('')
  // A row that moves would lose the focus, and what is pressed twice would be somebody else's.
  useEffect(() => {
    if (pressed.current === '') return
    list.current?.querySelector<HTMLElement>(`[data-move="${pressed.current}"]`)?.focus()
    pressed.current = ''
  }, [ids])

  function move(at: number, by: -1 | 1): void {
    const [id, other] = [ids[at], ids[at + by]]
    if (id === undefined || other === undefined) return
    pressed.current = `${id}:${by}`
    onChange(ids.map((each, index) => (index === at ? other : index === at + by ? id : each)))
  }

  return (
    <ol className={form.chosen} ref={list} aria-label="Receivers of the group, in their order">
      {ids.map((id, at) => {
        const receiver = receiverOf(id)
        const name = visible(receiver ? `${receiver.name} ${receiver.version}` : id)
        return (
          <li key={id}>
            <span className={`${ui.name} ${form.name}`}>{name}</span>
            {([-1, 1] as const).map((by) => (
              <button
                key={by}
                type="button"
                className={`${ui.button} ${ui.quiet}`}
                data-move={`${id}:${by}`}
                aria-label={`Move ${name} ${by < 0 ? 'up' : 'down'}`}
                aria-disabled={ids[at + by] === undefined}
                onClick={() => move(at, by)}
              >
                {by < 0 ? '↑' : '↓'}
              </button>
            ))}
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              aria-label={`Leave out ${name}`}
              onClick={() => onChange(ids.filter((each) => each !== id))}
            >
              ✕
            </button>
          </li>
        )
      })}
    </ol>
  )
}

/** All receivers, to choose of. */
function Pool({
  receivers,
  ids,
  onChange,
}: {
  receivers: readonly ReceiverRow[]
  ids: readonly string[]
  onChange: (ids: string[]) => void
}) {
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const matching = receivers.filter(({ name, version, type }) =>
    `${name} ${version} ${type}`.toLowerCase().includes(wanted),
  )
  return (
    <>
      <TextField label="Find a receiver" value={text} onChange={setText} />
      <fieldset className={form.pool} aria-label="Receivers">
        {matching.slice(0, MOST_LISTED).map(({ id, name, version, type }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={ids.includes(id)}
              onChange={({ target }) =>
                onChange(target.checked ? [...ids, id] : ids.filter((each) => each !== id))
              }
            />
            <span className={ui.name}>
              {visible(name)} <b>{visible(version)}</b> <span className={ui.muted}>{visible(type)}</span>
            </span>
          </label>
        ))}
        {matching.length > MOST_LISTED && (
          <p className={ui.muted}>and {count(matching.length - MOST_LISTED)} more: write more of the name</p>
        )}
        {matching.length === 0 && <p className={ui.muted}>No receiver is called so.</p>}
      </fieldset>
    </>
  )
}

function GroupForm({ receivers }: { receivers: readonly ReceiverRow[] }) {
  const draft = useDraft('group', INITIAL)
  const { fields, change } = draft
  const [isChecked, setChecked] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const box = useRef<HTMLFormElement>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { data: groups = [] } = useGroups()
  const problems = problemsByField(eventReceiverGroupInputSchema.safeParse(fields))
  const said = isChecked ? problems : {}
  const byId = new Map(receivers.map((receiver) => [receiver.id, receiver]))
  const twin = groups.find(({ name, version }) => name === fields.name && version === fields.version)

  const creating = useMutation({
    mutationFn: () => api().groups.create(fields, { idempotencyKey: draft.idempotencyKey }),
    async onSuccess(id) {
      draft.forget()
      await queries.invalidateQueries({ queryKey: ['groups'] })
      await navigate({ to: '/groups/$id', params: { id } })
    },
  })

  function ask(): void {
    setChecked(true)
    if (Object.keys(problems).length > 0) {
      focusProblem(box.current)
      return
    }
    creating.reset()
    setAsking(true)
  }

  const choose = (event_receiver_ids: string[]) => change({ event_receiver_ids })
  return (
    <form
      ref={box}
      className={ui.view}
      onSubmit={(event) => {
        event.preventDefault()
        ask()
      }}
    >
      <NameFields
        fields={fields}
        onChange={change}
        problems={said}
        hints={{ type: 'Of the message that it sends, like shop.releasable' }}
      />
      {twin && (
        <p className={ui.warning} role="status">
          <span>
            A group of this name and version is there; by them alone nobody will be able to tell which is
            meant:{' '}
            <Link to="/groups/$id" params={{ id: twin.id }}>
              {visible(`${twin.name} ${twin.version}`)}
            </Link>
          </span>
        </p>
      )}
      <div className={form.lab}>
        <section className={form.column} aria-label="Choose receivers">
          <h2>Opens when these have passed, in the order of its columns</h2>
          <Chosen ids={fields.event_receiver_ids} receiverOf={(id) => byId.get(id)} onChange={choose} />
          {fields.event_receiver_ids.length === 0 && (
            <p className={said.event_receiver_ids ? form.problem : ui.muted} role="status">
              {said.event_receiver_ids ? 'Choose at least one receiver.' : 'None is chosen yet.'}
            </p>
          )}
          <Preview ids={fields.event_receiver_ids} />
        </section>
        <section className={form.column} aria-label="All receivers">
          <Pool receivers={receivers} ids={fields.event_receiver_ids} onChange={choose} />
        </section>
      </div>
      <label className={form.switch}>
        <input
          type="checkbox"
          checked={fields.enabled}
          onChange={({ target }) => change({ enabled: target.checked })}
        />
        Enabled: it sends a message for each artifact that passes
      </label>
      <DraftBar draft={draft} />
      <CreateDialog
        kind="group"
        fields={fields}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        creating={creating}
      >
        <p>
          A group is never deleted, and its receivers stay as they are: only whether it sends can be switched
          later.{' '}
          {fields.enabled
            ? 'It sends at once: whoever waits for its messages hears of each artifact that passes from now on.'
            : 'It sends nothing until it is enabled.'}
        </p>
      </CreateDialog>
    </form>
  )
}

/** A gate that is not yet there. */
export function NewGroup() {
  const { data, error, refetch } = useReceivers()
  useTitle('New group')
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1>New group</h1>
        <span className={ui.push} />
        <CopyAs
          api="/api/v1/groups"
          cli={shell`group create --name NAME --version VERSION --type TYPE --description TEXT --receivers NAME,NAME`}
        />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.length === 0 && (
        <Empty title="A gate asks receivers, and there is none yet">
          <p>
            <Link to="/receivers/new">Make a receiver</Link> first.
          </p>
        </Empty>
      )}
      {data && data.length > 0 && <GroupForm receivers={data} />}
    </div>
  )
}
