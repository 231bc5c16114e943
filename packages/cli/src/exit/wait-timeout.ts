import { EprError } from '@epr/model'

/** The time of `group status --wait` was over before the server had said anything of the gate: exit code 12. */
export class WaitTimeout extends EprError {
  override readonly name = 'WaitTimeout'

  constructor(waitMs: number, cause: unknown) {
    const problem = `the server has not said within ${waitMs} ms where the gate stands`
    super('TIMEOUT', `${problem}; try again, or give it longer with --wait`, { cause })
  }
}
