/** Takes secrets out of a text. */
export type Redact = (text: string) => string

/** What no text may show: what a client was made with, and the tokens that it has got since. */
export interface Secrets {
  redact: Redact
  add(secret: string): void
}

/** An answer may repeat the token before this one; those of yesterday are in no text any more. */
const MAX_ADDED = 16

export function createSecrets(fixed: readonly string[]): Secrets {
  const added: string[] = []
  return {
    redact: (text) => [...fixed, ...added].reduce((shown, secret) => shown.replaceAll(secret, '***'), text),
    add(secret) {
      if (added.includes(secret)) return
      added.push(secret)
      if (added.length > MAX_ADDED) added.shift()
    },
  }
}
