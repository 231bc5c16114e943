import { type Nvrpp, nvrppKey } from '@epr/model'

/** An event, as far as a gate looks at it. */
export type Verdict = Nvrpp & { success: boolean }

export interface WouldBeOpen {
  /** Artifacts whose latest event at each receiver is a success. */
  open: number
  /** Artifacts that have an event at any of them. */
  artifacts: number
}

/** What a gate over receivers would say of the artifacts of their events, which come newest first. */
export function wouldBeOpen(byReceiver: readonly (readonly Verdict[])[]): WouldBeOpen {
  const passes = new Map<string, number>()
  for (const events of byReceiver) {
    const latest = new Map<string, boolean>()
    for (const event of events) {
      const key = nvrppKey(event)
      if (!latest.has(key)) latest.set(key, event.success)
    }
    for (const [key, success] of latest) passes.set(key, (passes.get(key) ?? 0) + (success ? 1 : 0))
  }
  const open = [...passes.values()].filter((count) => count === byReceiver.length).length
  return { open, artifacts: passes.size }
}
