import type { DeliveryRules, KeptDeliveryRules } from '@epr/model'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../data/api.js'
import { Dialog, Failure } from '../../ui/parts.js'
import { visible } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import ui from '../../ui/ui.module.css'
import css from './delivery.module.css'

/** The lists of the rules, a line each, and what they say. */
const LISTS = {
  deployment: 'Deployments',
  change: 'Changes that were merged',
  failure: 'Failures, beside deployments that went wrong',
  restored: 'Ends of failures',
  pointers: 'Where a payload names its environment',
  incidentTypes: 'Those of them that are about an incident',
  incidentPointers: 'Where a payload names the incident',
} as const
type List = keyof typeof LISTS

/** The rules as they are typed. */
type Draft = Record<List, string> & { environment: string }

const toLines = (list: readonly string[]): string => list.join('\n')
const fromLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const toDraft = (rules: DeliveryRules): Draft => ({
  deployment: toLines(rules.deployment),
  change: toLines(rules.change),
  failure: toLines(rules.failure),
  restored: toLines(rules.restored),
  pointers: toLines(rules.environment.pointers),
  incidentTypes: toLines(rules.incident.types),
  incidentPointers: toLines(rules.incident.pointers),
  environment: rules.environment.default,
})

const fromDraft = (draft: Draft): DeliveryRules => ({
  deployment: fromLines(draft.deployment),
  change: fromLines(draft.change),
  failure: fromLines(draft.failure),
  restored: fromLines(draft.restored),
  environment: { pointers: fromLines(draft.pointers), default: draft.environment.trim() },
  incident: { types: fromLines(draft.incidentTypes), pointers: fromLines(draft.incidentPointers) },
})

/** New rules, beginning with those that hold or have held before. */
function Editor({ held, onClose }: { held: KeptDeliveryRules; onClose: () => void }) {
  const [draft, setDraft] = useState(() => toDraft(held.rules))
  const queries = useQueryClient()
  const { data: kept = [held] } = useQuery({
    queryKey: ['delivery rules'],
    queryFn: ({ signal }) => api().delivery.rules({ signal }),
  })
  const saving = useMutation({
    mutationFn: () => api().delivery.setRules(fromDraft(draft)),
    async onSuccess() {
      onClose()
      for (const key of ['delivery', 'delivery events', 'delivery rules'])
        await queries.invalidateQueries({ queryKey: [key] })
    },
  })
  function take(version: string): void {
    const found = kept.find((each) => String(each.version) === version)
    if (found) setDraft(toDraft(found.rules))
  }
  return (
    <form
      className={css.editor}
      onSubmit={(event) => {
        event.preventDefault()
        saving.mutate()
      }}
    >
      <p className={ui.muted}>
        By these rules every number is made anew, those of the past too. The ones of before stay on record.
      </p>
      <div>
        <label htmlFor="rules-version">Begin with those of</label>
        <select
          id="rules-version"
          className={ui.field}
          onChange={({ target }) => take(target.value)}
          defaultValue={held.version}
        >
          {kept.map(({ version, actor }) => (
            <option key={version} value={version}>
              version {version}
              {version === held.version && ', which hold'}
              {version === 0 && ', which came with it'}
              {actor && `, by ${visible(actor)}`}
            </option>
          ))}
        </select>
      </div>
      {(Object.keys(LISTS) as List[]).map((list) => (
        <div key={list}>
          <label htmlFor={`rules-${list}`}>{LISTS[list]}</label>
          <textarea
            id={`rules-${list}`}
            className={ui.field}
            rows={Math.max(2, draft[list].split('\n').length)}
            spellCheck={false}
            value={draft[list]}
            onChange={({ target }) => setDraft({ ...draft, [list]: target.value })}
          />
        </div>
      ))}
      <label>
        The environment where it names none
        <input
          className={ui.field}
          spellCheck={false}
          value={draft.environment}
          onChange={({ target }) => setDraft({ ...draft, environment: target.value })}
        />
      </label>
      <p className={ui.muted}>
        A line for each type of receivers, one that ends in * is how types begin; a JSON pointer for each
        place.
      </p>
      {saving.error && <Failure error={saving.error} />}
      <div className={ui.actions}>
        <button type="button" className={ui.button} onClick={onClose}>
          Leave them
        </button>
        <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={saving.isPending}>
          Compute by these
        </button>
      </div>
    </form>
  )
}

/** How the numbers come about, and how that is changed. */
export function Rules({ held }: { held: KeptDeliveryRules }) {
  const [isEditing, setEditing] = useState(false)
  const { version, rules, actor, created_at } = held
  const list = (types: readonly string[]) => (types.length === 0 ? 'none' : types.map(visible).join(', '))
  return (
    <details>
      <summary className={ui.muted}>How is this computed? Rules, version {version}</summary>
      <ul>
        <li>A deployment is a success of {list(rules.deployment)}.</li>
        <li>A change begins with {list(rules.change)}, else with its artifact’s first event.</li>
        <li>
          Failures are {list(rules.failure)}, and deployments that went wrong; each counts for the deployment
          before it alone.
        </li>
        <li>They end with {list(rules.restored)}, else with the next successful deployment.</li>
        <li>
          The environment stands at {list(rules.environment.pointers)}, else it is{' '}
          {visible(rules.environment.default)}.
        </li>
      </ul>
      <p className={ui.muted}>
        {version === 0 ? (
          'They came with the registry.'
        ) : (
          <>
            {actor ? visible(actor) : 'Somebody'} wrote them <Time time={created_at} ago />.
          </>
        )}
      </p>
      <button type="button" className={ui.button} onClick={() => setEditing(true)}>
        Change the rules…
      </button>
      <Dialog title="Rules of delivery" isOpen={isEditing} onClose={() => setEditing(false)}>
        <Editor held={held} onClose={() => setEditing(false)} />
      </Dialog>
    </details>
  )
}
