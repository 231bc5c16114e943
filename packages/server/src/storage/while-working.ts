import { setTimeout as delay } from 'node:timers/promises'

/** How often it is looked whether an answer is still being worked on. */
const LOOK_MS = 5_000
/** So often in a row without a sign of it, and the answer does not come. */
const LOOKS_IN_VAIN = 2

/**
 * An answer that may take as long as it takes, and not for ever.
 *
 * @param giveUp called when nobody works on it any more: it rejects then
 */
export async function whileWorking<T>(
  answer: Promise<T>,
  isAtWork: () => Promise<boolean>,
  giveUp: () => void,
): Promise<T> {
  const answered = new AbortController()
  async function watch(): Promise<void> {
    let inVain = 0
    while (inVain < LOOKS_IN_VAIN) {
      await delay(LOOK_MS, undefined, { signal: answered.signal })
      inVain = (await isAtWork()) ? 0 : inVain + 1
    }
    if (!answered.signal.aborted) giveUp()
  }
  watch().catch(() => undefined)
  return answer.finally(() => answered.abort())
}
