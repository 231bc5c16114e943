import { SERVER_URL } from './api.js'
import { live } from './live/live.js'

/** The file that this page has begun with: another build has another. */
const OWN = document.querySelector<HTMLScriptElement>('script[type="module"]')?.src.split('/').at(-1) ?? ''

let isOld = false
const listeners = new Set<() => void>()

async function look(): Promise<void> {
  // A login page in front of the server is no other build.
  const answer = await fetch(`${SERVER_URL}/console/`, { cache: 'no-cache', redirect: 'manual' })
  if (!answer.ok || (await answer.text()).includes(OWN)) return
  isOld = true
  for (const listener of listeners) listener()
}

/** Whether the server has another build of the console by now; it is looked at when the server is back. */
export const upgrade = {
  isThere: (): boolean => isOld,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

let wasLost = false
live.onState(() => {
  const { state } = live.state()
  if (state === 'lost') wasLost = true
  if (state !== 'live' || !wasLost) return
  wasLost = false
  // What cannot be asked now is asked when the connection is back again.
  void look().catch(() => undefined)
})
