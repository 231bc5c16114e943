import { useState } from 'react'
import { SERVER_URL } from '../data/api.js'
import { session } from '../data/session.js'
import ui from '../ui/ui.module.css'
import css from './shell.module.css'

/** In place of a view, whose address stays: it is there when the server knows who asks. */
export function Login() {
  const [key, setKey] = useState('')
  const back = `${SERVER_URL}/login?${new URLSearchParams({ return_to: location.pathname + location.search })}`
  return (
    <section className={css.login}>
      <h1>Who are you?</h1>
      <p className={ui.muted}>
        This registry answers those it knows.{' '}
        {session.key !== undefined && 'It did not take the key that was typed.'}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (key.trim() !== '') session.use(key.trim())
        }}
      >
        <label htmlFor="key">Key</label>
        <input
          id="key"
          className={ui.field}
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="eprk_…"
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <button type="submit" className={`${ui.button} ${ui.primary}`}>
          Use this key
        </button>
      </form>
      <p className={ui.muted}>
        It is kept until this tab is closed. An admin makes one: <code>epr-cli key create --name NAME</code>
      </p>
      <p>
        <a href={back}>Log in with a session instead</a>
      </p>
    </section>
  )
}
