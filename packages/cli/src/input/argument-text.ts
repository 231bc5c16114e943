import { readFileSync } from 'node:fs'
import { UsageError } from '../exit/usage-error.js'

/** What Node puts in place of bytes that are not UTF-8; somebody may also have typed it. */
const REPLACEMENT = '\ufffd'

/** Whether the arguments were UTF-8 (proc(5)); undefined where that is not to be known. */
function wereUtf8(): boolean | undefined {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(readFileSync('/proc/self/cmdline'))
    return true
  } catch (error) {
    return error instanceof TypeError ? false : undefined
  }
}

/** Another text would be recorded in its place. @throws UsageError for arguments that were not UTF-8 */
export function assertTextArguments(args: readonly string[]): void {
  const bad = args.find((arg) => arg.includes(REPLACEMENT))
  if (bad === undefined || wereUtf8()) return
  throw new UsageError(`the argument ${JSON.stringify(bad)} is not UTF-8 text: set the terminal to UTF-8`)
}
