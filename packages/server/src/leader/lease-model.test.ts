import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ANSWER_LIMIT_MS, BEAT_MS, LOOK_MS } from './leadership.js'
import { createLeaseWatch, type LeaseWatch } from './lease-watch.js'

/**
 * Servers that lead by the lease, a database that keeps it, and all that may go wrong between them, on a clock of its own.
 * Statements travel, may be held up for as long as a hole lasts, and then arrive though nobody waits for them any more. A
 * numbering reads first and writes later, as a statement does; the row of the lease is locked meanwhile.
 */

const TICK_MS = 250
/** From what a numbering reads to what it writes. */
const NUMBERING_MS = 2 * TICK_MS
/** How long PostgreSQL keeps a session whose other end has gone without a word. */
const SESSION_LOST_MS = 11_000
/**
 * What may pass without a message being numbered, from when the leader fell silent, while a server is there that could
 * lead: one that runs, is reached, and has not been forgotten by PostgreSQL, which it finds out only when its answers stay
 * away.
 */
const LONGEST_PAUSE_MS = 10_000

type Reply = (result: unknown) => void
interface Statement {
  session: Session
  arrivesAt: number
  run: (reply: Reply) => void
  reply: Reply
}

interface Session {
  /** Whether PostgreSQL still has it. */
  isAlive: boolean
  silentSince: number | undefined
  /** Its server has closed it: PostgreSQL learns so as soon as anything reaches it, after what was sent before. */
  isClosed: boolean
}

interface Locks {
  /** Steps that the lease's row is locked for. */
  holder: object | undefined
  waiting: (() => void)[]
}

function createWorld(serverCount: number, isFenced: boolean) {
  let now = 0
  const lease = { token: 0, beat: 0, session: undefined as Session | undefined }
  const locks: Locks = { holder: undefined, waiting: [] }
  const later: { at: number; run: () => void }[] = []
  const committed: { id: number; at: number }[] = []
  const numbers: { row: number; cursor: number }[] = []
  let statements: Statement[] = []
  let longestPause = 0
  let silent: Server | undefined
  let silentSince = 0

  /** Runs `work` when nobody else has the lease's row; it lets go by what it is given. */
  function locked(work: (unlock: () => void) => void): void {
    const start = () => {
      const mine = {}
      locks.holder = mine
      work(() => {
        locks.holder = undefined
        locks.waiting.shift()?.()
      })
    }
    if (locks.holder) locks.waiting.push(start)
    else start()
  }

  const database = {
    look: (reply: Reply) =>
      reply({
        token: String(lease.token),
        beat: String(lease.beat),
        isAbandoned: !lease.session?.isAlive,
      }),
    take: (session: Session, seen: { token: string; beat: string }) => (reply: Reply) =>
      locked((unlock) => {
        const isSame = seen.token === String(lease.token) && seen.beat === String(lease.beat)
        if (isSame) Object.assign(lease, { token: lease.token + 1, beat: lease.beat + 1, session })
        unlock()
        reply(isSame ? lease.token : undefined)
      }),
    keep: (token: number) => (reply: Reply) =>
      locked((unlock) => {
        const isMine = lease.token === token
        if (isMine) lease.beat++
        unlock()
        reply(isMine)
      }),
    number: (token: number) => (reply: Reply) => {
      const numberNext = (unlock: () => void) => {
        if (isFenced && lease.token !== token) {
          unlock()
          return reply(false)
        }
        const last = Math.max(0, ...numbers.map(({ cursor }) => cursor))
        const done = new Set(numbers.map(({ row }) => row))
        const next = committed.filter(({ id }) => !done.has(id))
        later.push({
          at: now + NUMBERING_MS,
          run() {
            next.forEach(({ id }, index) => void numbers.push({ row: id, cursor: last + index + 1 }))
            unlock()
            reply(true)
          },
        })
      }
      if (isFenced) locked(numberNext)
      else numberNext(() => undefined)
    },
  }

  const servers = Array.from({ length: serverCount }, () => ({
    isStopped: false,
    isCut: false,
    healthySince: 0,
    session: undefined as Session | undefined,
    token: undefined as number | undefined,
    watch: undefined as LeaseWatch | undefined,
    waitsSince: undefined as number | undefined,
    answer: undefined as (() => void) | undefined,
    nextBeatAt: 0,
    nextLookAt: 0,
  }))
  type Server = (typeof servers)[number]

  function giveUp(server: Server): void {
    const { session } = server
    if (session) {
      session.isClosed = true
      if (!server.isCut) session.isAlive = false
    }
    Object.assign(server, { session: undefined, token: undefined, waitsSince: undefined, answer: undefined })
  }

  function ask(server: Server, run: (reply: Reply) => void, onAnswer: (result: unknown) => void): void {
    const { session } = server
    if (!session) return
    server.waitsSince = now
    const reply = (result: unknown) => {
      if (server.session !== session) return
      server.answer = () => {
        server.waitsSince = undefined
        onAnswer(result)
      }
    }
    statements.push({ session, arrivesAt: now + TICK_MS, run, reply })
  }

  /** Gives the answer that has come; false while one is waited for. */
  function takeAnswer(server: Server): boolean {
    const { answer, waitsSince } = server
    if (answer && !server.isCut) {
      server.answer = undefined
      answer()
    }
    if (server.waitsSince === undefined) return true
    if (waitsSince === server.waitsSince && now - server.waitsSince > ANSWER_LIMIT_MS) giveUp(server)
    return false
  }

  function lead(server: Server, token: number): void {
    const isBeat = now >= server.nextBeatAt
    if (isBeat) server.nextBeatAt = now + BEAT_MS
    ask(server, isBeat ? database.keep(token) : database.number(token), (isMine) => {
      if (!isMine) giveUp(server)
    })
  }

  function follow(server: Server, session: Session, watch: LeaseWatch): void {
    if (now < server.nextLookAt) return
    server.nextLookAt = now + LOOK_MS
    ask(server, database.look, (seen) => {
      const lease = seen as { token: string; beat: string; isAbandoned: boolean }
      if (!watch.mayTake(lease, now)) return
      ask(server, database.take(session, lease), (taken) => {
        server.token = taken as number | undefined
      })
    })
  }

  function act(server: Server): void {
    if (!takeAnswer(server)) return
    if (!server.session) {
      if (server.isCut) return
      server.session = { isAlive: true, silentSince: undefined, isClosed: false }
      server.watch = createLeaseWatch()
    }
    const { session, token, watch } = server
    if (token !== undefined) lead(server, token)
    else if (watch) follow(server, session, watch)
  }

  function deliver(): void {
    const arriving = statements.filter(({ session, arrivesAt }) => arrivesAt <= now && !holes.has(session))
    statements = statements.filter((statement) => !arriving.includes(statement))
    for (const { session, run, reply } of arriving) if (session.isAlive) run(reply)
  }

  /** Sessions behind a hole: of a server that is cut off, also those that it has given up. */
  const holes = new Map<Session, Server>()

  function noteHealth(): void {
    for (const server of servers) {
      const isForgotten = server.session && !server.session.isAlive
      if (server.isCut || server.isStopped || isForgotten) server.healthySince = now
    }
    const holder = servers.find(({ session }) => session && session === lease.session)
    if (holder?.healthySince !== now) silent = undefined
    else if (silent !== holder) {
      silent = holder
      silentSince = now
    }
  }

  function tick(): void {
    now += TICK_MS
    for (const server of servers) if (server.isCut && server.session) holes.set(server.session, server)
    noteHealth()
    const reached: Session[] = []
    for (const [session, server] of holes) {
      if (!server.isCut) {
        holes.delete(session)
        reached.push(session)
      } else if (session.silentSince === undefined) session.silentSince = now
      else if (now - session.silentSince > SESSION_LOST_MS) session.isAlive = false
    }
    const due = later.filter(({ at }) => at <= now)
    for (const step of due) later.splice(later.indexOf(step), 1)
    for (const { run } of due) run()
    deliver()
    for (const session of reached) if (session.isClosed) session.isAlive = false
    for (const server of servers) if (!server.isStopped) act(server)
    const done = new Set(numbers.map(({ row }) => row))
    const oldest = committed.find(({ id }) => !done.has(id))
    const healthySince = Math.min(...servers.map((server) => server.healthySince))
    if (oldest) longestPause = Math.max(longestPause, now - Math.max(oldest.at, healthySince, silentSince))
  }

  return {
    servers,
    numbers,
    get longestPause() {
      return longestPause
    },
    kill(server: Server) {
      if (server.session) server.session.isAlive = false
      Object.assign(server, { isCut: false, isStopped: false, healthySince: now })
      giveUp(server)
    },
    /** @param isBusy whether something is recorded at each tick */
    run(ms: number, isBusy: boolean) {
      for (let passed = 0; passed < ms; passed += TICK_MS) {
        if (isBusy) committed.push({ id: committed.length + 1, at: now })
        tick()
      }
    },
  }
}

const stepArbitrary = fc.record({
  server: fc.nat(2),
  fault: fc.constantFrom('stop', 'cut', 'kill', 'mend', 'none', 'none'),
  ms: fc.integer({ min: 1, max: 80 }).map((ticks) => ticks * TICK_MS),
  isBusy: fc.boolean(),
})

type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never

function play(serverCount: number, steps: Step[], isFenced = true) {
  const world = createWorld(serverCount, isFenced)
  for (const { server: index, fault, ms, isBusy } of steps) {
    const server = world.servers[index % serverCount]
    if (!server) continue
    if (fault === 'stop') server.isStopped = true
    else if (fault === 'cut') server.isCut = true
    else if (fault === 'kill') world.kill(server)
    else if (fault === 'mend') Object.assign(server, { isStopped: false, isCut: false })
    world.run(ms, isBusy)
  }
  for (const server of world.servers) Object.assign(server, { isStopped: false, isCut: false })
  world.run(LONGEST_PAUSE_MS * 2, true)
  return world
}

const inOrder = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ row: index + 1, cursor: index + 1 }))

it('numbers every message once, in order and without a gap, and soon while a server lives that can', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 3 }),
      fc.array(stepArbitrary, { maxLength: 20 }),
      (count, steps) => {
        const { numbers, longestPause } = play(count, steps)
        expect(numbers).toEqual(inOrder(numbers.length))
        expect(longestPause).toBeLessThanOrEqual(LONGEST_PAUSE_MS)
      },
    ),
    { numRuns: 300 },
  )
})

it('is a model in which messages are numbered twice where the database does not refuse', () => {
  const findDoubles = (isFenced: boolean): number => {
    let doubles = 0
    for (let before = 8; before < 16; before++) {
      for (let hole = 26; hole < 44; hole++) {
        const steps: Step[] = [
          { server: 0, fault: 'none', ms: before * TICK_MS, isBusy: true },
          { server: 0, fault: 'cut', ms: hole * TICK_MS, isBusy: true },
          { server: 0, fault: 'mend', ms: TICK_MS, isBusy: true },
        ]
        const { numbers } = play(2, steps, isFenced)
        doubles += numbers.length - new Set(numbers.map(({ row }) => row)).size
      }
    }
    return doubles
  }
  expect(findDoubles(false)).toBeGreaterThan(0)
  expect(findDoubles(true)).toBe(0)
})
