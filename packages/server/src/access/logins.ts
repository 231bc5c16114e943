import { EprError } from '@epr/model'
import { insertAct, writeAct } from '../storage/access.js'
import type { Database } from '../storage/database.js'
import {
  decideGrant,
  deleteGrant,
  insertGrant,
  pollGrant,
  selectWaitingGrant,
  type WaitingGrant,
} from '../storage/device-grants.js'
import { insertSession, type Person, revokeSession, type SessionPrincipal } from '../storage/sessions.js'
import type { Access } from './access.js'
import { drawSession, hashKey } from './key-text.js'
import { personId } from './person.js'
import type { Principal } from './principal.js'
import { drawUserCode } from './user-code.js'

/** A working day: whoever is let go of by their provider is let go of by us the next. */
const LIFE_MS = 12 * 3_600_000
/** How long a program waits for somebody to say yes (RFC 8628, section 3.2), and how often it may ask. */
const DEVICE_LIFE_MS = 5 * 60_000
const POLL_S = 5
/** Clocks and networks are not exact. */
const POLL_GRACE_MS = 1_000
const MAX_CLIENT_CHARS = 100

/** A session that has just begun. */
export interface BegunSession {
  /** The session itself: shown once, kept nowhere. */
  text: string
  lifeMs: number
}

/** A program that asks to be logged in (RFC 8628, section 3.2). */
export interface DeviceLogin {
  deviceCode: string
  userCode: string
  lifeS: number
  pollS: number
}

/** What a program is answered that asks whether somebody has said yes (RFC 8628, section 3.5). */
export type DevicePoll =
  | BegunSession
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'

/** Sessions of people: how they begin and end. */
export interface Logins {
  beginAs(person: Person): Promise<BegunSession>
  /** @throws EprError INVALID_ARGUMENT for who has shown no key */
  beginWith(principal: Principal): Promise<BegunSession>
  /** Ends the session that somebody has shown, on every server. @throws EprError INVALID_ARGUMENT when it was none */
  end(principal: Principal, requestId: string): Promise<void>
  /** @param client what asks, as it says itself. @throws EprError UNAVAILABLE when too many wait already */
  ask(client: string, address: string): Promise<DeviceLogin>
  /** What waits for a yes under a code; undefined for none. */
  find(userCode: string): Promise<WaitingGrant | undefined>
  /**
   * Says yes or no for whoever has logged in.
   *
   * @throws EprError NOT_FOUND when nothing waits under the code; INVALID_ARGUMENT for who has not logged in
   */
  decide(userCode: string, isYes: boolean, by: Principal, requestId: string): Promise<void>
  poll(deviceCode: string): Promise<DevicePoll>
}

/**
 * What a session of somebody is rebuilt from.
 *
 * @throws EprError INVALID_ARGUMENT for a job, an access token, which would live longer than its provider meant, and nothing
 */
function toStored({ token, keyId }: Principal): SessionPrincipal {
  if (token && 'person' in token && 'session' in token) return { person: token.person }
  if (keyId !== undefined) return { keyId }
  throw new EprError('INVALID_ARGUMENT', 'log in first: only people and keys have such sessions')
}

export function createLogins({ database, access }: { database: Database; access: Access }): Logins {
  async function begin(
    connection: Pick<Database, 'query'>,
    kind: 'browser' | 'device',
    { caller, principal }: { caller: string; principal: SessionPrincipal },
  ): Promise<BegunSession> {
    const { id, text } = drawSession()
    const expires_at = new Date(Date.now() + LIFE_MS).toISOString()
    await insertSession(connection, { id, hash: hashKey(text), kind, caller, principal, expires_at })
    return { text, lifeMs: LIFE_MS }
  }

  return {
    beginAs: (person) =>
      begin(database, 'browser', { caller: `user:${personId(person)}`, principal: { person } }),
    beginWith: async (principal) =>
      begin(database, 'browser', { caller: principal.id, principal: toStored(principal) }),
    async end({ id, token }, requestId) {
      if (!token || !('session' in token))
        throw new EprError('INVALID_ARGUMENT', 'there is no session to end: nobody has logged in')
      const { session } = token
      await database.transaction(async (connection) => {
        await revokeSession(connection, session)
        await writeAct(connection, { actor: id, act: 'session.end', object: id, request_id: requestId })
      })
      await access.reload()
    },
    async ask(client, address) {
      const { text } = drawSession()
      const userCode = drawUserCode()
      const hasRoom = await insertGrant(database, {
        hash: hashKey(text),
        user_code: userCode,
        client: client.slice(0, MAX_CLIENT_CHARS),
        address,
        lifeMs: DEVICE_LIFE_MS,
      })
      if (!hasRoom)
        throw new EprError('UNAVAILABLE', 'too many logins wait to be said yes to: try again in five minutes')
      return { deviceCode: text, userCode, lifeS: DEVICE_LIFE_MS / 1_000, pollS: POLL_S }
    },
    find: (userCode) => selectWaitingGrant(database, userCode),
    async decide(userCode, isYes, by, requestId) {
      const approved = isYes ? { caller: by.id, principal: toStored(by) } : undefined
      await database.transaction(async (connection) => {
        const isDecided = await decideGrant(connection, userCode, approved)
        if (!isDecided) throw new EprError('NOT_FOUND', `nothing waits under the code ${userCode}`)
        await insertAct(connection, {
          actor: by.id,
          act: isYes ? 'login.approve' : 'login.deny',
          object: by.id,
          request_id: requestId,
        })
      })
    },
    poll: (deviceCode) =>
      database.transaction(async (connection): Promise<DevicePoll> => {
        const hash = hashKey(deviceCode)
        const grant = await pollGrant(connection, hash)
        if (!grant || grant.is_over) return 'expired_token'
        if (grant.since_ms !== null && grant.since_ms < POLL_S * 1_000 - POLL_GRACE_MS) return 'slow_down'
        if (grant.is_denied) return 'access_denied'
        const { caller, principal } = grant
        if (caller === null || principal === null) return 'authorization_pending'
        await deleteGrant(connection, hash)
        return begin(connection, 'device', { caller, principal })
      }),
  }
}
