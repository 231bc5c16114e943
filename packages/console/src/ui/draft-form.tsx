import type { ReactNode } from 'react'
import { TextField } from './form.js'
import form from './form.module.css'
import { Dialog, Failure } from './parts.js'
import { visible } from './text.js'
import ui from './ui.module.css'

/** What everything that is defined has. */
export interface Named {
  name: string
  version: string
  type: string
  description: string
}

/** What it is called, and what is wrong with that. */
export function NameFields({
  fields,
  onChange,
  problems,
  hints,
}: {
  fields: Named
  onChange: (changed: Partial<Named>) => void
  problems: Readonly<Record<string, string>>
  hints: { [Field in keyof Named]?: string | undefined }
}) {
  const labels = { name: 'Name', version: 'Version', type: 'Type', description: 'Description' } as const
  return (
    <div className={form.form}>
      {(Object.keys(labels) as (keyof Named)[]).map((name) => (
        <TextField
          key={name}
          label={labels[name]}
          value={fields[name]}
          onChange={(text) => onChange({ [name]: text })}
          problem={problems[name]}
          hint={hints[name]}
        />
      ))}
    </div>
  )
}

/** Leads to the first field that has a problem, once the problems stand there. */
export function focusProblem(box: HTMLFormElement | null): void {
  requestAnimationFrame(() => box?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}

/** The end of a form whose text is kept: to send it, or to throw it away. */
export function DraftBar({ draft }: { draft: { isChanged: boolean; forget: () => void } }) {
  return (
    <div className={form.bar}>
      <button type="submit" className={`${ui.button} ${ui.primary}`}>
        Create…
      </button>
      {draft.isChanged && (
        <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={draft.forget}>
          Throw away what is written
        </button>
      )}
      <span className={ui.muted}>What is written is kept until this tab is closed.</span>
    </div>
  )
}

/** The last question before what cannot be taken back. */
export function CreateDialog({
  kind,
  fields: { name, version },
  isOpen,
  onClose,
  creating,
  children,
}: {
  kind: 'receiver' | 'group'
  fields: Named
  isOpen: boolean
  onClose: () => void
  creating: { mutate: () => void; isPending: boolean; error: Error | null }
  children: ReactNode
}) {
  return (
    <Dialog title={`Create ${visible(name)} ${visible(version)}?`} isOpen={isOpen} onClose={onClose}>
      {children}
      {creating.error && <Failure error={creating.error} />}
      <div className={ui.actions}>
        <button type="button" className={ui.button} onClick={onClose}>
          Not yet
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.primary}`}
          disabled={creating.isPending}
          onClick={creating.mutate}
        >
          Create {kind}
        </button>
      </div>
    </Dialog>
  )
}
