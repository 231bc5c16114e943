import { expect, it } from 'vitest'
import type { Connection } from '../storage/database.js'
import { createRefusedCredentials } from './refused-credentials.js'

function createWorld() {
  let now = 0
  let isAway = false
  const rows: { count: number; keys: Record<string, number> }[] = []
  const connection: Connection = {
    async query(_statement, values = []) {
      if (isAway) throw new Error('away')
      rows.push(JSON.parse(String(values[4])))
      return []
    },
  }
  return {
    refused: createRefusedCredentials(() => now),
    connection,
    rows,
    pass: (ms: number) => {
      now += ms
    },
    away: (is: boolean) => {
      isAway = is
    },
  }
}

it('writes the first at once, and of a flood a row every ten minutes', async () => {
  const { refused, connection, rows, pass } = createWorld()
  await refused.flush(connection)
  expect(rows).toEqual([])
  refused.add('A')
  await refused.flush(connection)
  expect(rows).toMatchObject([{ count: 1, keys: { A: 1 } }])
  for (let second = 0; second < 1_200; second++) {
    for (let each = 0; each < 50; each++) refused.add(`K${second}-${each}`)
    pass(1_000)
    await refused.flush(connection)
  }
  expect(rows.map(({ count }) => count)).toEqual([1, 30_000, 30_000])
  expect(Object.keys(rows[1]?.keys ?? {})).toHaveLength(20)
})

it('counts what is no key, and keeps what could not be written', async () => {
  const { refused, connection, rows, away } = createWorld()
  refused.add(undefined)
  refused.add('A')
  away(true)
  await expect(refused.flush(connection)).rejects.toThrow('away')
  refused.add('A')
  away(false)
  await refused.flush(connection, true)
  expect(rows).toMatchObject([{ count: 3, keys: { A: 2 } }])
})
