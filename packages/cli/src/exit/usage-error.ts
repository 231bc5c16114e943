import { EprError } from '@epr/model'

/** A command that cannot be understood as it was typed. */
export class UsageError extends EprError {
  override readonly name = 'UsageError'

  constructor(message: string, cause?: unknown) {
    super('INVALID_ARGUMENT', message, cause === undefined ? {} : { cause })
  }
}
