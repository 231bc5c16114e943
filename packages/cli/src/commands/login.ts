import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, type Client } from '@epr/client'
import { EprError, toPlainLine } from '@epr/model'
import type { Command } from 'commander'
import * as z from 'zod'
import type { Context, Perform } from '../settings/context.js'
import { keepSession, readSession } from '../settings/sessions.js'
import { askFor } from './ask-for.js'

const deviceSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  expires_in: z.number(),
  interval: z.number(),
})
const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() })

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** What a client that asks too often waits longer from then on (RFC 8628, section 3.5). */
const SLOW_DOWN_S = 5

type Begun = z.infer<typeof tokenSchema>

/** Asks again and again, as often as the server wants it, until somebody has said yes. @throws EprError when nobody has */
async function waitForYes(client: Client, device: z.infer<typeof deviceSchema>): Promise<Begun> {
  let { interval } = device
  const until = Date.now() + device.expires_in * 1_000
  while (Date.now() < until) {
    await delay(interval * 1_000)
    try {
      const body = { grant_type: DEVICE_GRANT, device_code: device.device_code }
      const { json } = await client.rest('POST', '/auth/device/token', body)
      return tokenSchema.parse(json)
    } catch (error) {
      const code = error instanceof ApiError ? error.oauthCode : undefined
      if (code === 'slow_down') interval += SLOW_DOWN_S
      else if (code === 'access_denied')
        throw new EprError('PERMISSION_DENIED', 'somebody has said no to this login')
      else if (code !== 'authorization_pending') throw error
    }
  }
  throw new EprError('TIMEOUT', 'nobody has typed the code in time: log in again')
}

/** Whether nobody is asked who they are. Whoever is not let in yet is asked. */
const isOpen = (client: Client): Promise<boolean> =>
  askFor<{ open: boolean }>(client, 'GET', '/auth/whoami').then(
    ({ open }) => open,
    (error: unknown) => {
      if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') return false
      throw error
    },
  )

async function logIn(context: Context): Promise<undefined> {
  const { connect, output, stderr, env, settings } = context
  const client = await connect('ask')
  if (await isOpen(client))
    return output.line('this server asks nobody who they are: there is nothing to log in to')
  const client_id = `epr-cli on ${hostname()}`
  const { json } = await client.rest('POST', '/auth/device', { client_id })
  const device = deviceSchema.parse(json)
  const address = toPlainLine(device.verification_uri)
  stderr.write(`Open ${address} in a browser, and type\n\n    ${toPlainLine(device.user_code)}\n\n`)
  const { access_token: token, expires_in } = await waitForYes(client, device)
  const expires_at = new Date(Date.now() + expires_in * 1_000).toISOString()
  await keepSession(settings.url, env, { token, expires_at })
  const { label } = await askFor<{ label: string }>(await connect('ask', token), 'GET', '/auth/whoami')
  return output.line(`logged in as ${toPlainLine(label)}, until ${expires_at}`)
}

async function logOut({ connect, output, env, settings }: Context): Promise<undefined> {
  const session = await readSession(settings.url, env)
  await keepSession(settings.url, env, undefined)
  if (!session) return output.line('nobody is logged in here')
  const client = await connect('ask', session.token)
  await client.rest('DELETE', '/auth/session').catch((error: unknown) => {
    // It was over already.
    if (!(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') throw error
  })
  return output.line('logged out')
}

export function defineLogin(login: Command, perform: Perform): void {
  perform(login, {}, 'login', logIn)
}

export function defineLogout(logout: Command, perform: Perform): void {
  perform(logout, {}, 'logout', logOut)
}
