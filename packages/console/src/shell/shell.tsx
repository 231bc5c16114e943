import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState, useSyncExternalStore } from 'react'
import { SERVER_URL } from '../data/api.js'
import { session } from '../data/session.js'
import { upgrade } from '../data/upgrade.js'
import { nextTimeMode, useTimeMode } from '../ui/clock.js'
import { copyText } from '../ui/copy.js'
import { Icon, type IconName } from './icons.js'
import { useKeys } from './keys.js'
import { LiveDot } from './live-dot.js'
import { Palette } from './palette.js'
import css from './shell.module.css'
import { nextTheme, useTheme } from './theme.js'
import { VIEWS } from './views.js'

/** Seldom seen, and so not a part of the first view. */
const KeyList = lazy(() => import('./key-list.js').then(({ KeyList }) => ({ default: KeyList })))
const Login = lazy(() => import('./login.js').then(({ Login }) => ({ default: Login })))

const TIME_WORDS = { relative: 'relative', local: 'local', utc: 'UTC' } as const
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
      </div>
    </div>
  )
}

/** What stands around every view. */
export function Shell() {
  const [isSearching, setSearching] = useState(false)
  const [isListing, setListing] = useState(false)
  const isRefused = useSyncExternalStore(session.subscribe, () => session.isRefused)
  const isOld = useSyncExternalStore(upgrade.subscribe, upgrade.isThere)
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const isKiosk = useRouterState({ select: ({ location }) => 'kiosk' in location.search })
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
    <div className={css.shell} data-kiosk={isKiosk || undefined}>
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
        {isOld && (
          <p className={css.upgrade} role="status">
            The server has a new version of this page.
            <button type="button" onClick={() => location.reload()}>
              Reload
            </button>
          </p>
        )}
        <main id="view" tabIndex={-1}>
          {isRefused ? (
            <Suspense>
              <Login />
            </Suspense>
          ) : (
            <Outlet />
          )}
        </main>
      </div>
      <Palette isOpen={isSearching} onOpen={() => setSearching(true)} onClose={() => setSearching(false)} />
      {isListing && (
        <Suspense>
          <KeyList isOpen onClose={() => setListing(false)} />
        </Suspense>
      )}
    </div>
  )
}
