import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { SERVER_URL } from '../data/api.js'
import { session } from '../data/session.js'
import { nextTimeMode, useTimeMode } from '../ui/clock.js'
import { copyText } from '../ui/copy.js'
import { Icon, type IconName } from './icons.js'
import { KeyList } from './key-list.js'
import { useKeys } from './keys.js'
import { LiveDot } from './live-dot.js'
import { Login } from './login.js'
import { Palette } from './palette.js'
import css from './shell.module.css'
import { nextTheme, useTheme } from './theme.js'
import { VIEWS } from './views.js'

const TIME_WORDS = { relative: 'ago', local: 'local', utc: 'UTC' } as const
const THEME_ICONS: Record<string, IconName> = { system: 'system', light: 'sun', dark: 'moon' }

/** A level up: of `/gates/01K…` it is `/gates`. */
const above = (path: string): string => path.replace(/\/[^/]*\/?$/, '') || '/'

function Rail() {
  return (
    <div className={css.rail}>
      <Link to="/" className={css.brand}>
        <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden="true">
          <rect width="16" height="16" rx="3.5" fill="#3f51c7" />
          <path d="M4 12V4.5M12 12V4.5M4 8.2h8" stroke="#fff" strokeWidth="1.6" strokeLinecap="round" />
          <circle cx="8" cy="8.2" r="1.9" fill="#fff" />
        </svg>
        EPR
      </Link>
      <nav className={css.nav} aria-label="Views">
        {VIEWS.map(({ to, word, icon }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
            <Icon name={icon} />
            {word}
          </Link>
        ))}
      </nav>
      <div className={css.foot}>
        <a href={`${SERVER_URL}/api/v1/docs`}>REST API</a>
        <a href={`${SERVER_URL}/api/v1/graphql`}>GraphQL</a>
        {session.key !== undefined && (
          <button type="button" onClick={() => session.use(undefined)}>
            Forget my key
          </button>
        )}
      </div>
    </div>
  )
}

/** What stands around every view. */
export function Shell() {
  const [isSearching, setSearching] = useState(false)
  const [isListing, setListing] = useState(false)
  const isRefused = useSyncExternalStore(session.subscribe, () => session.isRefused)
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const navigate = useNavigate()
  const [mode, theme] = [useTimeMode(), useTheme()]

  const keys = useMemo(() => {
    const go = Object.fromEntries(VIEWS.map(({ to, key }) => [`g ${key}`, () => void navigate({ to })]))
    return {
      ...go,
      '/': () => setSearching(true),
      '?': () => setListing(true),
      t: nextTimeMode,
      y: () => void copyText(location.href),
      u: () => void navigate({ to: above(path) }),
    }
  }, [navigate, path])
  useKeys(keys)

  return (
    <div className={css.shell}>
      <a className={css.skip} href="#view">
        Skip to the view
      </a>
      <Rail />
      <div className={css.main}>
        <header className={css.bar}>
          <button type="button" className={css.search} onClick={() => setSearching(true)}>
            <Icon name="search" />
            <span>Find an artifact, gate or receiver</span>
            <kbd className={css.key}>/</kbd>
          </button>
          <span className={css.push} />
          <LiveDot />
          <button type="button" className={css.icon} onClick={nextTimeMode} title="How times are shown (t)">
            {TIME_WORDS[mode]}
          </button>
          <button
            type="button"
            className={css.icon}
            onClick={nextTheme}
            title={`Colours: ${theme}`}
            aria-label={`Colours: ${theme}`}
          >
            <Icon name={THEME_ICONS[theme] ?? 'system'} />
          </button>
          <button
            type="button"
            className={css.icon}
            onClick={() => setListing(true)}
            aria-label="Keys"
            title="Keys (?)"
          >
            ?
          </button>
        </header>
        <main id="view" tabIndex={-1}>
          {isRefused ? <Login /> : <Outlet />}
        </main>
      </div>
      <Palette isOpen={isSearching} onOpen={() => setSearching(true)} onClose={() => setSearching(false)} />
      <KeyList isOpen={isListing} onClose={() => setListing(false)} />
    </div>
  )
}
