import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 10

/**
 * Waits until `probe` gives something, and gives it. An error of the probe counts as "not yet".
 *
 * @param timeoutMs after which it throws, with the probe's last error
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let cause: unknown
  while (Date.now() < deadline) {
    try {
      const result = await probe()
      if (result !== undefined && result !== false) return result
    } catch (error) {
      cause = error
    }
    await delay(POLL_MS)
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause })
}
