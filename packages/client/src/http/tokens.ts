import { EprError } from '@epr/model'
import { BAD_TOKEN, isToken, type TokenSource } from '../options.js'
import type { Secrets } from './secrets.js'

/** What of a `TokenSource` may be sent, and is shown nowhere. */
export interface Tokens {
  readonly isDetected: boolean
  /** @throws EprError INVALID_ARGUMENT for a token that no header can hold; what its source throws */
  get(): Promise<string | undefined>
  /** Another token than the one that was refused; undefined when there is none. */
  another(refused: string): Promise<string | undefined>
}

export function createTokens(source: TokenSource, secrets: Pick<Secrets, 'add'>): Tokens {
  function checked(token: string | undefined): string | undefined {
    if (token === undefined || token === '') return undefined
    if (!isToken(token)) throw new EprError('INVALID_ARGUMENT', BAD_TOKEN)
    secrets.add(token)
    return token
  }
  return {
    isDetected: source.isDetected === true,
    get: async () => checked(await source.get()),
    async another(refused) {
      const renewed = checked(await source.renew())
      return renewed === refused ? undefined : renewed
    },
  }
}
