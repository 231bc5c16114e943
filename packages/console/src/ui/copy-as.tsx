import { useRef } from 'react'
import { SERVER_URL } from '../data/api.js'
import { session } from '../data/session.js'
import { copyText } from './copy.js'
import css from './ui.module.css'

const quote = (text: string): string =>
  /^[\w@%+=:,./*-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** A command as it is typed into a shell: values in quotes where they need them. */
export function shell(strings: TemplateStringsArray, ...values: string[]): string {
  return strings.reduce((text, part, at) => text + quote(values[at - 1] ?? '') + part)
}

export interface Copied {
  /** Below the server: `/api/v1/groups`. */
  api: string
  /** Without the program: `group matrix --id 01K…`. */
  cli: string
}

/** What a view shows, as a link and as commands. */
export function CopyAs({ api, cli }: Copied) {
  const menu = useRef<HTMLDetailsElement>(null)
  const key = session.key === undefined ? '' : ' -H "Authorization: Bearer $EPR_TOKEN"'
  const texts = {
    Link: () => location.href,
    curl: () => `curl -fsS${key} ${quote(SERVER_URL + api)}`,
    'epr-cli': () => `epr-cli ${cli} --url ${quote(SERVER_URL)}`,
  }
  const take = async (text: string) => {
    await copyText(text)
    if (menu.current) menu.current.open = false
    menu.current?.querySelector('summary')?.focus()
  }
  return (
    <details
      className={css.menu}
      ref={menu}
      onKeyDown={({ key }) => {
        if (key === 'Escape' && menu.current) menu.current.open = false
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
      }}
    >
      <summary className={css.button}>Copy as</summary>
      <div>
        {Object.entries(texts).map(([word, text]) => (
          <button
            key={word}
            type="button"
            className={`${css.button} ${css.quiet}`}
            onClick={() => void take(text())}
          >
            {word}
          </button>
        ))}
      </div>
    </details>
  )
}
