import { waitFor } from '@epr/testkit'
import { expect, it } from 'vitest'
import type { Session } from '../storage/session.js'
import { createLeadership, type LeaderTask } from './leadership.js'

/** A lease as the database keeps it. */
interface Row {
  token: bigint
  beat: bigint
  /** Whether the session of the one that has it is gone. */
  abandoned: boolean
}

/** A session on a lease, which can be lost. */
function createSession(row: Row) {
  let lose: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    lose = resolve
  })
  let isOpen = true
  void ended.then(() => {
    isOpen = false
  })

  function answer(text: string, [token, beat]: unknown[]): object[] {
    const isCurrent = String(row.token) === token
    if (text.includes('with taken')) {
      if (!isCurrent || String(row.beat) !== beat) return []
      Object.assign(row, { token: row.token + 1n, beat: row.beat + 1n, abandoned: false })
      return [{ token: String(row.token) }]
    }
    if (text.includes('set beat')) return isCurrent ? [{}] : []
    return [{ token: String(row.token), beat: String(row.beat), abandoned: row.abandoned }]
  }

  const session: Session = {
    query: async <R>(statement: string | { text: string }, values: unknown[] = []) =>
      answer(typeof statement === 'string' ? statement : statement.text, values) as R[],
    ended,
    get isOpen() {
      return isOpen
    },
    end: async () => lose(),
  }
  return { session, lose: () => lose() }
}

/** Leads with `tasks` over sessions that are made one after another. */
function lead(tasks: LeaderTask[], row: Row = { token: 1n, beat: 1n, abandoned: true }) {
  const sessions: ReturnType<typeof createSession>[] = []
  const warnings: string[] = []
  const stopping = new AbortController()
  const leadership = createLeadership({
    openSession: async () => {
      const made = createSession(row)
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
    row,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

const untilAborted: LeaderTask = (abort) =>
  new Promise((resolve) => abort.addEventListener('abort', () => resolve(), { once: true }))

it('leads once it has the lease, and ends its tasks when it is stopped', async () => {
  let ended = 0
  const task: LeaderTask = async (abort, with_) => {
    await untilAborted(abort, with_)
    ended++
  }
  const world = lead([task, task])
  await waitFor('it to lead', () => world.leadership.isLeading)
  await world.stop()
  expect([ended, world.leadership.isLeading, world.row.token]).toEqual([2, false, 2n])
})

it('does nothing while another server has the lease', async () => {
  let started = 0
  const world = lead(
    [
      async () => {
        started++
      },
    ],
    { token: 1n, beat: 1n, abandoned: false },
  )
  await waitFor('a session', () => world.sessions.length > 0)
  await world.stop()
  expect([started, world.leadership.isLeading, world.row.token]).toEqual([0, false, 1n])
})

it('takes the lease over again when its own session is lost', async () => {
  const world = lead([untilAborted])
  await waitFor('it to lead', () => world.leadership.isLeading)
  world.row.abandoned = true
  world.sessions[0]?.lose()
  await waitFor('another session', () => world.sessions.length > 1 && world.leadership.isLeading)
  await world.stop()
  expect([world.warnings, world.row.token]).toEqual([[], 3n])
})

it('leads no more when another server has taken the lease over', async () => {
  let ended = 0
  const world = lead([
    async (abort, with_) => {
      await untilAborted(abort, with_)
      ended++
    },
  ])
  await waitFor('it to lead', () => world.leadership.isLeading)
  Object.assign(world.row, { token: 7n, beat: 9n, abandoned: false })
  await waitFor('it to notice', () => !world.leadership.isLeading && world.sessions.length > 1)
  await world.stop()
  expect([ended, world.row.token, world.warnings]).toEqual([1, 7n, []])
})

it('ends all tasks when one fails, says so once however long it lasts, and tries again', async () => {
  let failures = 0
  let endedOthers = 0
  const row = { token: 1n, beat: 1n, abandoned: true }
  const failing: LeaderTask = async () => {
    failures++
    row.abandoned = true
    throw new Error('no')
  }
  const other: LeaderTask = async (abort, with_) => {
    await untilAborted(abort, with_)
    endedOthers++
  }
  const world = lead([failing, other], row)
  await waitFor('it to fail more than once', () => failures > 2)
  await world.stop()
  expect(world.warnings).toHaveLength(1)
  expect(endedOthers).toBe(failures)
})
