/** Takes secrets out of a text. */
export type Redact = (text: string) => string

const MAX_CAUSES = 5

export function createRedact(secrets: readonly string[]): Redact {
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

/**
 * A copy of an error that is safe to attach as a cause: name, text, code and causes, without secrets. The
 * error of a `fetch` that a user brought may carry the whole request.
 */
export function toSafeCause(error: unknown, redact: Redact, depth = 0): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)))
  const cause =
    error.cause === undefined || depth === MAX_CAUSES
      ? {}
      : { cause: toSafeCause(error.cause, redact, depth + 1) }
  const copy = new Error(redact(error.message), cause)
  copy.name = redact(error.name)
  if (error.stack !== undefined) copy.stack = redact(error.stack)
  const code = codeOf(error)
  return code === undefined ? copy : Object.assign(copy, { code: redact(code) })
}

/** The code of a system error: `ECONNREFUSED`. */
export function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
