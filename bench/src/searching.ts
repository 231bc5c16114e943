import { Agent, get } from 'node:http'
import { buildEvent } from '@epr/testkit'
import { type Figure, percentile, toFigure } from './figure.js'
import { alternate, timeEach } from './rounds.js'
import type { World } from './world.js'

const SEARCHERS = 64
/** No event has this, and no index knows. */
const PATH = '/api/v1/events?release=nope'

/** So many that the 99th percentile is not the slowest alone. */
const POSTS = 200

/**
 * Searches again and again on connections of its own. @returns what stops it
 *
 * @throws Error then, when no search was answered, or one otherwise than with its page or a refusal for the load
 */
function startSearching({ server }: World): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: SEARCHERS })
  const counts = new Map<number, number>()
  let isRunning = true

  function search(): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = get(`${server.url}${PATH}`, { agent }, (response) => {
        const { statusCode = 0 } = response
        counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1)
        response.resume().on('end', resolve)
      })
      sent.on('error', reject)
    })
  }

  async function keepSearching(): Promise<void> {
    while (isRunning) await search()
  }

  const running = Array.from({ length: SEARCHERS }, keepSearching)
  return async () => {
    isRunning = false
    await Promise.all(running)
    agent.destroy()
    const said = [...counts].map(([status, count]) => `${count} × ${status}`).join(', ')
    process.stderr.write(`searches: ${said}\n`)
    if (!counts.has(200) || [...counts.keys()].some((status) => ![200, 503, 504].includes(status)))
      throw new Error(`the searches were answered with ${said}`)
  }
}

/** What searches without an index cost who records. */
export async function measureSearching(world: World, rounds: number): Promise<Figure> {
  const post = () => world.api.create('/events', buildEvent(world.receivers[0] ?? ''))
  const measure = async () => percentile(await timeEach(POSTS, post), 0.99)
  await measure()
  const measured = await alternate(
    rounds,
    async () => {
      const stop = startSearching(world)
      return measure().finally(stop)
    },
    measure,
  )
  const name = `p99 of a POST while ${SEARCHERS} clients search without an index, against alone`
  return toFigure({ name, unit: 'ms', must: 3, better: 'lower', binding: false }, measured)
}
