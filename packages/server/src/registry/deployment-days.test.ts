import { toJsonText } from '@epr/model'
import { expect, it } from 'vitest'
import type { Connection } from '../storage/database.js'
import type { DeploymentTuple } from '../storage/delivery.js'
import { createDeploymentDays } from './deployment-days.js'

const deployment = (day: string, name: string): DeploymentTuple => [
  Date.parse(`${day}T12:00:00Z`),
  name,
  'production',
  null,
  null,
  false,
  null,
]

it('reads a day once, and again when its revision is another', async () => {
  const revisions = new Map([
    ['2026-11-27', '1'],
    ['2026-11-28', '2'],
  ])
  const stored = new Map([...revisions.keys()].map((day) => [day, [deployment(day, 'shop')]]))
  const read: string[] = []
  const connection: Connection = {
    async query<Row>(_statement: unknown, values: unknown[] = []) {
      const [days] = values
      if (!Array.isArray(days)) return [...revisions].map(([day, revision]) => ({ day, revision })) as Row[]
      read.push(...days)
      return days.map((day) => ({ day, deployments: toJsonText(JSON.stringify(stored.get(day))) })) as Row[]
    },
  }
  const days = createDeploymentDays(connection)
  const namesOf = async () => (await days.between(0, 1)).map(({ names }) => names)

  expect(await namesOf()).toEqual([['shop'], ['shop']])
  stored.get('2026-11-28')?.push(deployment('2026-11-28', 'cart'))
  expect(await namesOf()).toEqual([['shop'], ['shop']])
  revisions.set('2026-11-28', '3')
  expect(await namesOf()).toEqual([['shop'], ['shop', 'cart']])
  expect(read).toEqual(['2026-11-27', '2026-11-28', '2026-11-28'])
})
