import { parse, serialize } from 'cookie'
import type { LoginSecrets } from '../../access/provider.js'

/** What a browser keeps for us: nothing that a page can read, or that others on the way can. */
export interface Cookies {
  /** Of the session. */
  readonly name: string
  session(text: string, lifeMs: number): string
  readonly noSession: string
  /** What is asked for when the browser comes back from the provider. */
  leaving(left: Leaving): string
  readonly noLeaving: string
  readLeaving(header: string | undefined): Leaving | undefined
}

export interface Leaving {
  secrets: LoginSecrets
  /** The page to go on with. */
  returnTo: string
}

const LEAVING_LIFE_S = 600

/** With TLS no other host can set it, and it goes to none (RFC 6265bis, section 4.1.3.2). */
export const cookieName = (isSecure: boolean): string => (isSecure ? '__Host-epr' : 'epr')

/** @param isSecure whether people reach the server by https */
export function createCookies(isSecure: boolean): Cookies {
  const name = cookieName(isSecure)
  const leavingName = `${name}-login`
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const
  const none = (cookie: string): string => serialize(cookie, '', { ...options, maxAge: 0 })

  return {
    name,
    session: (text, lifeMs) => serialize(name, text, { ...options, maxAge: Math.floor(lifeMs / 1_000) }),
    noSession: none(name),
    leaving: (left) =>
      serialize(leavingName, Buffer.from(JSON.stringify(left)).toString('base64url'), {
        ...options,
        maxAge: LEAVING_LIFE_S,
      }),
    noLeaving: none(leavingName),
    readLeaving(header) {
      const value = header === undefined ? undefined : parse(header)[leavingName]
      if (value === undefined) return undefined
      try {
        return JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as Leaving
      } catch {
        return undefined
      }
    },
  }
}
