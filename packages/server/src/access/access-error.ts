import { EprError } from '@epr/model'

/** Why somebody is not let in, or may not do something: as it is counted. */
export const REFUSAL_REASONS = [
  'missing',
  'malformed',
  'key_unknown',
  'session_unknown',
  'token_too_large',
  'token_malformed',
  'issuer_unknown',
  'issuer_away',
  'audience',
  'expired',
  'not_yet_valid',
  'signature',
  'login_refused',
  'limited',
  'denied',
] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

function codeOf(reason: RefusalReason) {
  if (reason === 'denied') return 'PERMISSION_DENIED'
  return reason === 'limited' ? 'RATE_LIMITED' : 'UNAUTHENTICATED'
}

/** PERMISSION_DENIED for what is `denied`, RATE_LIMITED for who is `limited`, else UNAUTHENTICATED. */
export class AccessError extends EprError {
  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(codeOf(reason), message)
  }
}
