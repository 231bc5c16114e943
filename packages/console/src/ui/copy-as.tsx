import { SERVER_URL } from '../data/api.js'
import { session } from '../data/session.js'
import { copyText } from './copy.js'
import { Menu } from './menu.js'
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
  const key = session.key === undefined ? '' : ' -H "Authorization: Bearer $EPR_TOKEN"'
  const texts = {
    Link: () => location.href,
    curl: () => `curl -fsS${key} ${quote(SERVER_URL + api)}`,
    'epr-cli': () => `epr-cli ${cli} --url ${quote(SERVER_URL)}`,
  }
  return (
    <Menu word="Copy as">
      {(close) =>
        Object.entries(texts).map(([word, text]) => (
          <button
            key={word}
            type="button"
            className={`${css.button} ${css.quiet}`}
            onClick={() => void copyText(text()).then(close)}
          >
            {word}
          </button>
        ))
      }
    </Menu>
  )
}
