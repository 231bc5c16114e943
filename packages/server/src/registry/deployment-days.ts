import { fromJsonText } from '@epr/model'
import { LRUCache } from 'lru-cache'
import type { Connection } from '../storage/database.js'
import { type DeploymentTuple, selectDeliveryDays, selectDeployments } from '../storage/delivery.js'
import { mapInTurns } from '../turns.js'

/** How long a deployment has waited at a gate: milliseconds, NaN where that never opened. */
export interface Wait {
  gate: number
  ms: number
}

/** The deployments of a day, field by field: many thousands of them are in memory. Times are in milliseconds. */
export interface DeploymentDay {
  readonly size: number
  readonly at: Float64Array
  readonly names: readonly string[]
  readonly environments: readonly string[]
  /** NaN where it is not known since when. */
  readonly leads: Float64Array
  readonly merged: readonly boolean[]
  readonly failed: readonly boolean[]
  readonly waits: readonly (readonly Wait[])[]
}

/** What is read of days is remembered, and good for as long as nothing of them has changed. */
export interface DeploymentDays {
  /** All days of UTC with deployments between two times, in milliseconds since 1970, the first one first. */
  between(from: number, to: number): Promise<DeploymentDay[]>
}

/** Some 100 bytes each. */
const MAX_DEPLOYMENTS = 200_000
/** So many days are read at once: a statement takes some 100 ms where 700 are deployed a day. */
const DAYS_AT_ONCE = 10

/** Names and environments are the same again and again: each is kept once. */
type Intern = (text: string) => string

function toDay(tuples: readonly DeploymentTuple[], intern: Intern): DeploymentDay {
  return {
    size: tuples.length,
    at: Float64Array.from(tuples, ([at]) => at),
    names: tuples.map(([, name]) => intern(name)),
    environments: tuples.map(([, , environment]) => intern(environment)),
    leads: Float64Array.from(tuples, ([, , , lead]) => lead ?? Number.NaN),
    merged: tuples.map(([, , , , isMerged]) => isMerged === true),
    failed: tuples.map(([, , , , , hasFailed]) => hasFailed),
    waits: tuples.map(([, , , , , , waits]) =>
      (waits ?? []).map(([gate, ms]) => ({ gate, ms: ms ?? Number.NaN })),
    ),
  }
}

function createIntern(): Intern {
  const kept = new Map<string, string>()
  return (text) => {
    const known = kept.get(text)
    if (known === undefined) kept.set(text, text)
    return known ?? text
  }
}

export function createDeploymentDays(connection: Connection): DeploymentDays {
  const kept = new LRUCache<string, { revision: string; day: DeploymentDay }>({
    maxSize: MAX_DEPLOYMENTS,
    sizeCalculation: ({ day }) => day.size + 1,
  })

  async function read(days: readonly string[]): Promise<Map<string, DeploymentDay>> {
    const intern = createIntern()
    const read = new Map<string, DeploymentDay>()
    for (let from = 0; from < days.length; from += DAYS_AT_ONCE) {
      const rows = await selectDeployments(connection, days.slice(from, from + DAYS_AT_ONCE))
      await mapInTurns(rows, 1, async ({ day, deployments }) => {
        read.set(day, toDay(deployments ? JSON.parse(fromJsonText(deployments)) : [], intern))
      })
    }
    return read
  }

  return {
    async between(from, to) {
      const asked = await selectDeliveryDays(connection, { from, to })
      const known = new Map(
        asked.map(({ day, revision }) => {
          const held = kept.get(day)
          return [day, held?.revision === revision ? held.day : undefined]
        }),
      )
      const anew = await read(asked.filter(({ day }) => !known.get(day)).map(({ day }) => day))
      return asked.flatMap(({ day, revision }) => {
        const read = anew.get(day)
        // It may hold more than its revision says: then it is read once more than it would have to be.
        if (read) kept.set(day, { revision, day: read })
        return read ?? known.get(day) ?? []
      })
    },
  }
}
