import { useId } from 'react'
import css from './form.module.css'
import ui from './ui.module.css'

/** A text that a form asks for, with what is wrong with it. */
export function TextField({
  label,
  value,
  onChange,
  hint,
  problem,
}: {
  label: string
  value: string
  onChange: (text: string) => void
  hint?: string | undefined
  problem?: string | undefined
}) {
  const id = useId()
  const about = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ')
  return (
    <div className={css.row}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={ui.field}
        autoComplete="off"
        spellCheck={false}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={about || undefined}
        onChange={({ target }) => onChange(target.value)}
      />
      {problem && (
        <p id={`${id}-problem`} className={css.problem}>
          {label} {problem}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** What a schema of the model says against what was typed, by field. */
export function problemsByField(
  checked:
    | { success: true }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } },
): Record<string, string> {
  if (checked.success) return {}
  return Object.fromEntries(
    checked.error.issues.toReversed().map(({ path, message }) => [String(path[0]), message]),
  )
}
