import { eventReceiverInputSchema, fromJsonText, type JsonText, toJsonText } from '@epr/model'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { api } from '../../data/api.js'
import { type ReceiverRow, useReceivers } from '../../data/definitions.js'
import { useDraft } from '../../data/draft.js'
import { Code } from '../../ui/code/code.js'
import type { EditorHandle } from '../../ui/code/code-editor.js'
import { Editor } from '../../ui/code/editor.js'
import { indent } from '../../ui/code/indent.js'
import { CopyAs, shell } from '../../ui/copy-as.js'
import { CreateDialog, DraftBar, focusProblem, type Named, NameFields } from '../../ui/draft-form.js'
import { problemsByField } from '../../ui/form.js'
import form from '../../ui/form.module.css'
import { Failure, Skeleton } from '../../ui/parts.js'
import { count, visible } from '../../ui/text.js'
import ui from '../../ui/ui.module.css'
import { useTitle } from '../../ui/use-title.js'
import { proposeSchema } from './propose-schema.js'
import { SchemaCheck, wordsOf } from './schema-check.js'
import { useTrial } from './use-trial.js'

const route = getRouteApi('/receivers/new')

interface Fields extends Named {
  schema: string
  sample: string
}

/** The receiver that another version is made of; its schema as it was sent. */
interface Origin {
  row: ReceiverRow
  schema: string
}

const FIRST_SCHEMA = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "required": [],
  "properties": {}
}
`

const EDITOR_HINT = 'JSON. Tab leaves the editor, F8 goes to the next problem.'

const initialOf = (origin: Origin | undefined): Fields =>
  origin
    ? {
        name: origin.row.name,
        type: origin.row.type,
        version: '',
        description: origin.row.description,
        schema: origin.schema,
        sample: '',
      }
    : { name: '', type: '', version: '', description: '', schema: FIRST_SCHEMA, sample: '' }

/** What is there already and looks like what is being written. */
function Twins({ fields }: { fields: Fields }) {
  const { data = [] } = useReceivers()
  const called = data.filter(({ name, version }) => name === fields.name && version === fields.version)
  // A fingerprint is made of these four.
  const same = called.find(
    ({ type, description }) => type === fields.type && description === fields.description,
  )
  const twin = same ?? called[0]
  if (!twin || fields.name === '') return null
  return (
    <p className={ui.warning} role="status">
      <span>
        {same
          ? 'A receiver with this name, version, type and description, and so with the same fingerprint, is there: '
          : 'A receiver of this name and version is there; by them alone nobody will be able to tell which is meant: '}
        <Link to="/receivers/$id" params={{ id: twin.id }}>
          {visible(`${twin.name} ${twin.version}`)}
        </Link>
      </span>
    </p>
  )
}

function ReceiverForm({ origin }: { origin: Origin | undefined }) {
  const draft = useDraft(`receiver.${origin?.row.id ?? ''}`, initialOf(origin))
  const { fields, change } = draft
  const [isChecked, setChecked] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [isComparing, setComparing] = useState(false)
  const editor = useRef<EditorHandle>(null)
  const box = useRef<HTMLFormElement>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const from = origin?.row
  const trial = useTrial(fields.schema, fields.sample, from?.id)
  const problems = problemsByField(eventReceiverInputSchema.safeParse(fields))
  const said = isChecked ? problems : {}
  const failing = trial.stored.data?.failed.length ?? 0

  const proposing = useMutation({
    mutationFn: () => proposeSchema(from?.id ?? ''),
    onSuccess: (proposed) => proposed && change({ schema: `${proposed.text}\n` }),
  })
  const creating = useMutation({
    mutationFn: () => {
      const { name, type, version, description, schema } = fields
      return api().receivers.create(
        { name, type, version, description, schema: toJsonText(schema) },
        { idempotencyKey: draft.idempotencyKey },
      )
    },
    async onSuccess(id) {
      draft.forget()
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['receivers'] }),
        queries.invalidateQueries({ queryKey: ['usage'] }),
      ])
      await navigate({ to: '/receivers/$id', params: { id } })
    },
  })

  function ask(): void {
    setChecked(true)
    if (Object.keys(problems).length > 0) {
      focusProblem(box.current)
      return
    }
    const [problem] = trial.trial.data?.problems ?? []
    if (problem !== undefined) {
      editor.current?.goTo(wordsOf(problem))
      return
    }
    creating.reset()
    setAsking(true)
  }

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
        hints={{
          version: from && `${visible(from.version)} stays: events go on arriving there until senders move`,
          type: 'Of the messages that its events cause, like shop.tested',
        }}
      />
      <Twins fields={fields} />
      <div className={form.lab}>
        <div className={form.column}>
          <div className={form.bar}>
            <h2>Schema</h2>
            <span className={form.push} />
            {from && (
              <>
                <button
                  type="button"
                  className={ui.chip}
                  aria-pressed={isComparing}
                  onClick={() => setComparing(!isComparing)}
                >
                  Diff with {visible(from.version)}
                </button>
                <button
                  type="button"
                  className={ui.button}
                  disabled={proposing.isPending}
                  onClick={() => proposing.mutate()}
                >
                  Infer from the last 50
                </button>
              </>
            )}
          </div>
          {proposing.error && <Failure error={proposing.error} />}
          {proposing.isSuccess && (
            <p className={ui.muted} role="status">
              {proposing.data
                ? `Proposed by ${proposing.data.payloads} payloads: what else may come they do not say. Ctrl-Z takes it back.`
                : 'There is no payload yet to propose a schema by.'}
            </p>
          )}
          <Editor
            text={fields.schema}
            onChange={(schema) => change({ schema })}
            label="Schema"
            hint={EDITOR_HINT}
            problems={trial.isOld ? [] : (trial.trial.data?.problems.map(wordsOf) ?? [])}
            handle={editor}
          />
          <p className={form.hint}>{EDITOR_HINT}</p>
          {isComparing && origin && (
            <Code
              text={fields.schema}
              before={origin.schema}
              label={`What differs from ${origin.row.version}`}
            />
          )}
        </div>
        <SchemaCheck
          trial={trial}
          from={from}
          sample={fields.sample}
          onSample={(sample) => change({ sample })}
          onGoTo={(problem) => editor.current?.goTo(problem)}
        />
      </div>
      <DraftBar draft={draft} />
      <CreateDialog
        kind="receiver"
        fields={fields}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        creating={creating}
      >
        <p>
          A receiver never changes and is never deleted: its schema, name, type and version stay as they are
          now. What should be otherwise later becomes another receiver, which senders have to move to.
        </p>
        {trial.trial.data?.warnings.map((warning) => (
          <p key={warning} className={ui.warning}>
            {visible(warning)}
          </p>
        ))}
        {failing > 0 && (
          <p className={ui.warning}>
            {count(failing)} of the newest payloads break this schema: they would be refused here.
          </p>
        )}
      </CreateDialog>
    </form>
  )
}

/** A receiver that is not yet there: its schema is tried before it can be changed no more. */
export function NewReceiver() {
  const { from } = route.useSearch()
  const origin = useQuery({
    queryKey: ['origin', from],
    enabled: from !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Origin> => {
      const row = await api().receivers.get(from ?? '', { exact: true, signal })
      return { row, schema: await indent(fromJsonText(row.schema as JsonText)) }
    },
  })
  const title = origin.data ? `New version of ${origin.data.row.name}` : 'New receiver'
  useTitle(title)
  return (
    <div className={ui.view}>
      <div className={ui.heading}>
        <h1 className={ui.name}>{visible(title)}</h1>
        <span className={ui.push} />
        <CopyAs
          api="/api/v1/receivers"
          cli={
            origin.data
              ? shell`receiver check schema.json --against ${origin.data.row.name}@${origin.data.row.version}`
              : 'receiver check schema.json'
          }
        />
      </div>
      {origin.error && <Failure error={origin.error} onRetry={() => void origin.refetch()} />}
      {from !== undefined && !origin.data && !origin.error && <Skeleton />}
      {(from === undefined || origin.data) && <ReceiverForm key={from ?? ''} origin={origin.data} />}
    </div>
  )
}
