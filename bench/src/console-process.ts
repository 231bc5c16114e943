import { setTimeout as delay } from 'node:timers/promises'

/** The consoles that are open: what they show. */
export interface ConsolesInput {
  url: string
  /** Ids of the groups whose matrix one shows; the other consoles show the feed, or how well is delivered. */
  gates: string[]
  others: number
}

/** As the console does while more messages come than can be read (packages/console/src/data/live). */
const LOOK_MS = 1_000
const LOOKED_AT = 100
const SNAPSHOT_MS = 2_000

const { url, gates, others } = JSON.parse(process.argv[2] ?? '{}') as ConsolesInput
const ending = new AbortController()
const { signal } = ending
process.once('SIGTERM', () => ending.abort())

/** Asks again and again, until the process is told to end. */
async function keepAsking(everyMs: number, ask: () => Promise<unknown>): Promise<void> {
  // Browsers do not ask all at once.
  await delay(Math.random() * everyMs, undefined, { signal })
  for (;;) {
    await ask()
    await delay(everyMs, undefined, { signal })
  }
}

/** What comes is not looked at: that would be a browser's work, elsewhere. */
async function read(path: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1${path}`, { signal })
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
}

const consoles = [
  ...Array.from({ length: gates.length + others }, () =>
    keepAsking(LOOK_MS, () => read(`/messages?view=summary&tail=${LOOKED_AT}&limit=${LOOKED_AT}`)),
  ),
  ...gates.map((gate) => keepAsking(SNAPSHOT_MS, () => read(`/groups/${gate}/artifacts`))),
]
process.stdout.write(`${url}\n`)
await Promise.all(consoles).catch((error: unknown) => {
  if (!signal.aborted) throw error
})
