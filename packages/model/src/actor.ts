import * as z from 'zod'
import { answerField } from './field.js'

/**
 * The types of who did something, each with what the CloudEvents extension Auth Context calls it:
 * https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/authcontext.md
 */
const AUTH_TYPES = {
  api_key: 'api_key',
  service_account: 'service_account',
  user: 'user',
  /** A program of ours that has access to the database, as the import. */
  system: 'system',
  /** Whoever shows no credential, where a policy lets them in. */
  anonymous: 'unauthenticated',
} as const

/** What kind of somebody it was. */
export type ActorType = keyof typeof AUTH_TYPES

/** Who did something. */
export const actorSchema = z.object({
  /** Public, and the same for ever: `key:shop-ci`. Of people it says nothing. */
  id: answerField,
  /** `api_key`, `service_account`, `user`, `system` or `anonymous`; there may be others one day. */
  type: answerField,
  /** What people call them; null once it has been erased. */
  label: answerField.nullable(),
})
/** What {@link actorSchema} describes. */
export type Actor = z.infer<typeof actorSchema>

/** The value of the CloudEvents attribute `authtype`. */
export const toAuthType = (type: string): string => AUTH_TYPES[type as ActorType] ?? type

/** The type that stands behind an `authtype`. */
export const fromAuthType = (authType: string): string =>
  Object.entries(AUTH_TYPES).find(([, value]) => value === authType)?.[0] ?? authType
