/** Refused for its size: by the limit of a batch, or by that of a segment. */
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']

/** The protocol's name of an error, which kafkajs wraps once more when it does not retry. */
export function protocolErrorOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return 'type' in error && typeof error.type === 'string' ? error.type : protocolErrorOf(error.cause)
}

/** Whether the broker refused a record, or several together, for their size. */
export function isTooLarge(error: unknown): boolean {
  return TOO_LARGE.includes(protocolErrorOf(error) ?? '')
}
