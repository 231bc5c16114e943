import { EprError, type EprErrorOptions, type ErrorCode } from '@epr/model'

/** A failure that its command explains in full: what else is said of a call to the server does not fit it. */
export class CommandError extends EprError {
  override readonly name: string = 'CommandError'
  /** Undefined for that of its code. */
  readonly exitCode: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    { exitCode, ...options }: EprErrorOptions & { exitCode?: number } = {},
  ) {
    super(code, message, options)
    this.exitCode = exitCode
  }
}
