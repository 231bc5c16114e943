import { waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import type { Session } from '../storage/session.js'
import { createLeadership, type LeaderTask } from './leadership.js'

/** A session whose lock is free or not, and that can be lost. */
function createSession(isLockFree: () => boolean) {
  let lose: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    lose = resolve
  })
  let isOpen = true
  void ended.then(() => {
    isOpen = false
  })
  const session: Session = {
    query: async <Row>() => [{ locked: isLockFree() }] as Row[],
    ended,
    get isOpen() {
      return isOpen
    },
    end: async () => lose(),
  }
  return { session, lose: () => lose() }
}

/** Leads with `tasks` over sessions that are made one after another. */
function lead(tasks: LeaderTask[], isLockFree: () => boolean = () => true) {
  const sessions: ReturnType<typeof createSession>[] = []
  const warnings: string[] = []
  const stopping = new AbortController()
  const leadership = createLeadership({
    openSession: async () => {
      const made = createSession(isLockFree)
      sessions.push(made)
      return made.session
    },
    tasks,
    log: { info() {}, warn: (_, text) => void warnings.push(text) },
  })
  const running = leadership.run(stopping.signal)
  return {
    leadership,
    sessions,
    warnings,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

const untilAborted: LeaderTask = (abort) =>
  new Promise((resolve) => abort.addEventListener('abort', () => resolve(), { once: true }))

it('leads while its session holds the lock, and ends its tasks when it is stopped', async () => {
  let ended = 0
  const task: LeaderTask = async (abort, session) => {
    await untilAborted(abort, session)
    ended++
  }
  const world = lead([task, task])
  await waitFor('it to lead', () => world.leadership.isLeading)
  await world.stop()
  expect([ended, world.leadership.isLeading]).toEqual([2, false])
})

it('does nothing while another server holds the lock', async () => {
  let started = 0
  let asked = 0
  const world = lead(
    [
      async () => {
        started++
      },
    ],
    () => {
      asked++
      return false
    },
  )
  await waitFor('it to ask', () => asked > 0)
  await world.stop()
  expect([started, world.leadership.isLeading]).toEqual([0, false])
})

it('asks again over a new session when its own is lost', async () => {
  const world = lead([untilAborted])
  await waitFor('it to lead', () => world.leadership.isLeading)
  world.sessions[0]?.lose()
  await waitFor('another session', () => world.sessions.length > 1 && world.leadership.isLeading)
  await world.stop()
  expect(world.warnings).toEqual([])
})

it('ends all tasks when one fails, says so once however long it lasts, and tries again', async () => {
  let failures = 0
  let endedOthers = 0
  const failing: LeaderTask = async () => {
    failures++
    throw new Error('no')
  }
  const other: LeaderTask = async (abort, session) => {
    await untilAborted(abort, session)
    endedOthers++
  }
  const world = lead([failing, other])
  await waitFor('it to fail more than once', () => failures > 2)
  await world.stop()
  expect(world.warnings).toHaveLength(1)
  expect(endedOthers).toBe(failures)
})
