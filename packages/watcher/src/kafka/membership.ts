import { createAbort } from '../abort.js'
import type { SourceEvents } from '../message-source.js'
import { createGeneration, type Generation } from './generation.js'
import type { PartitionOffset } from './offsets.js'
import type { KafkaTiming } from './timing.js'

/** Where a member of a consumer group stands. */
export type MembershipState =
  /** Between two generations. The one that was left still says to its batches why it ended. */
  | { readonly kind: 'joining'; readonly left: Generation | undefined }
  | { readonly kind: 'member'; readonly generation: Generation }
  /** For good. A generation that was current by then still commits what of it ends. */
  | { readonly kind: 'over'; readonly generation: Generation | undefined }

/** One membership in a group, from the first join to its end. */
export interface Membership {
  readonly state: MembershipState
  /** Whose batches may be worked on: what is draining takes none. */
  readonly generation: Generation | undefined
  /** Through which the broker can be spoken to: none between two generations. */
  readonly current: Generation | undefined
  /** Resolves at {@link end} without an error, rejects with one. */
  readonly ended: Promise<void>
  /** Partitions are assigned. @param pinned resolves once it is sure where the group starts */
  join(pinned: Promise<void>): void
  /** The group is rebalanced: the generation drains. @param error what kafkajs must get, for it to join again */
  leave(error?: unknown): void
  end(error?: unknown): void
  /** What runs must end now: somebody else may have it. */
  revoke(reason: unknown): void
  /** The broker was heard. */
  hear(): void
  /** For how long the broker has not been heard, where somebody speaks to it; between two generations nobody does. */
  silentMs(): number
  /** Looks how long the broker has been silent: at first what it gave is revoked, then the membership ends. */
  checkSilence(): void
}

export interface MembershipOptions {
  timing: KafkaTiming
  events: Pick<SourceEvents, 'ready' | 'clearLag'>
  onReady(): void
  onCommitted(position: PartitionOffset): void
  now?: () => number
}

const generationOf = (state: MembershipState): Generation | undefined =>
  state.kind === 'joining' ? state.left : state.generation

export function createMembership(options: MembershipOptions): Membership {
  const { timing, events, onReady, onCommitted, now = Date.now } = options
  const revoked = createAbort()
  let state: MembershipState = { kind: 'joining', left: undefined }
  let heardAt = now()
  let settle: (error?: unknown) => void = () => undefined
  const ended = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error))
  })

  function end(error?: unknown): void {
    if (state.kind === 'over') return
    generationOf(state)?.end(error)
    state = { kind: 'over', generation: state.kind === 'member' ? state.generation : undefined }
    settle(error)
  }

  function join(pinned: Promise<void>): void {
    heardAt = now()
    if (state.kind === 'over') return
    generationOf(state)?.end()
    const generation = createGeneration({ pinned, revoked: revoked.signal, onFail: end, onCommitted })
    state = { kind: 'member', generation }
    events.clearLag()
    pinned.then(() => {
      if (state.kind !== 'member' || state.generation !== generation) return
      events.ready(true)
      onReady()
    }, end)
  }

  function leave(error?: unknown): void {
    heardAt = now()
    events.ready(false)
    const left = generationOf(state)
    left?.end(error)
    state = state.kind === 'over' ? { kind: 'over', generation: undefined } : { kind: 'joining', left }
  }

  function checkSilence(): void {
    const silentMs = now() - heardAt
    const isJoining = state.kind === 'joining'
    // By now the group has assigned to others what we had: whoever has it must not find us at it.
    if (silentMs > timing.sessionTimeoutMs && !isJoining) revoked.abort(new Error('the group was lost'))
    const patienceMs = timing.watchdogMs + (isJoining ? timing.rebalanceTimeoutMs : 0)
    if (silentMs > patienceMs) end(new Error(`the broker has been silent for ${silentMs} ms`))
  }

  return {
    get state() {
      return state
    },
    get generation() {
      return generationOf(state)
    },
    get current() {
      return state.kind === 'joining' ? undefined : state.generation
    },
    ended,
    join,
    leave,
    end,
    revoke: (reason) => revoked.abort(reason),
    hear() {
      heardAt = now()
    },
    silentMs: () => (state.kind === 'joining' ? 0 : now() - heardAt),
    checkSilence,
  }
}
