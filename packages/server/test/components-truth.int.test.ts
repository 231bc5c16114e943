import { toJsonText } from '@epr/model'
import fc from 'fast-check'
import { afterAll, beforeAll, it } from 'vitest'
import type { Principal } from '../src/access/principal.js'
import { createFindComponents } from '../src/registry/components.js'
import type { Database } from '../src/storage/database.js'
import { insertEvents } from '../src/storage/events.js'
import {
  beginProjection,
  projectHistory,
  projectMessages,
  resetProjection,
} from '../src/storage/projections.js'
import { projectNextSbom } from '../src/storage/sboms.js'
import { addReceiver, toNewEvent } from './support/gate-world.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

interface Given {
  name: string
  version: string
  hash: string
  isPackage: boolean
}

const NAMES = ['left', 'left-pad', 'group/left', '@scope/left']
const VERSIONS = ['1.0.0', '1.2.0', '1.10.0', '2.0.0']
const RECEIVERS = 2
const ARTIFACTS = 3

const component: fc.Arbitrary<Given> = fc.record({
  name: fc.constantFrom(...NAMES),
  version: fc.constantFrom(...VERSIONS),
  hash: fc.constantFrom('', 'a'.repeat(40), 'b'.repeat(64)),
  isPackage: fc.boolean(),
})
const sbom = fc.record({
  artifact: fc.nat(ARTIFACTS - 1),
  receiver: fc.nat(RECEIVERS - 1),
  components: fc.array(component, { maxLength: 6 }),
  isSpdx: fc.boolean(),
  isBroken: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})
type Sbom = typeof sbom extends fc.Arbitrary<infer T> ? T : never

const step = fc.oneof(
  { weight: 8, arbitrary: sbom },
  { weight: 4, arbitrary: fc.constant('read one' as const) },
  { weight: 2, arbitrary: fc.constant('messages' as const) },
  { weight: 1, arbitrary: fc.constant('rebuild' as const) },
)

const purlOf = ({ name, version }: Given) => `pkg:npm/${name.replace('@', '%40')}@${version}`

function toPayload({ components, isSpdx, isBroken }: Sbom): string {
  if (isBroken) return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: 'broken' })
  if (!isSpdx)
    return JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: components.map(({ name, version, hash, isPackage }, place) => ({
        name,
        version,
        ...(isPackage && { purl: purlOf(components[place] as Given) }),
        hashes: hash === '' ? [] : [{ alg: 'any', content: hash }],
      })),
    })
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    packages: components.map((given) => ({
      name: given.name,
      versionInfo: given.version,
      ...(given.isPackage && {
        externalRefs: [{ referenceType: 'purl', referenceLocator: purlOf(given) }],
      }),
      checksums: given.hash === '' ? [] : [{ algorithm: 'any', checksumValue: given.hash }],
    })),
  })
}

const lastOf = (name: string) => name.split('/').at(-1)

/** What is asked, and what of a component it means. */
const QUESTIONS: readonly [string, (given: Given) => boolean][] = [
  ...NAMES.map((name): [string, (given: Given) => boolean] => [
    name,
    (given) => given.name === name || (!name.includes('/') && lastOf(given.name) === name),
  ]),
  ['left*', () => true],
  ['group/*', ({ name }) => name.startsWith('group/')],
  ['left@1.2.0', ({ name, version }) => lastOf(name) === 'left' && version === '1.2.0'],
  ['left@1.*', ({ name, version }) => lastOf(name) === 'left' && version.startsWith('1.')],
  ['pkg:npm/left-pad', ({ name, isPackage }) => isPackage && name === 'left-pad'],
  [
    'pkg:npm/%40scope/left@1.10.0',
    ({ name, isPackage, version }) => isPackage && name === '@scope/left' && version === '1.10.0',
  ],
  [
    'pkg:npm/left@>=1.2 <2',
    ({ name, isPackage, version }) => isPackage && name === 'left' && ['1.2.0', '1.10.0'].includes(version),
  ],
  ['a'.repeat(40), ({ hash }) => hash === 'a'.repeat(40)],
  [`sha256:${'b'.repeat(64)}`, ({ hash }) => hash === 'b'.repeat(64)],
]

let testDatabase: TestDatabase
let database: Database
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.connect(2)
})
afterAll(() => testDatabase.drop())

async function project(): Promise<void> {
  await database.query('select number_messages(token, 1000) from leader_lease')
  if ((await projectMessages(database, 1_000)) === undefined) await beginProjection(database)
  while ((await projectHistory(database, 3)) > 0);
}

it('who has a component is what a walk over all documents says', { timeout: 120_000 }, async () => {
  const find = createFindComponents(database)
  const principal: Principal = {
    id: 'reader',
    kind: 'key',
    label: 'reader',
    isKnown: true,
    actor: undefined,
    grants: [{ verb: 'read' }],
  }
  const call = { principal, requestId: 'r' }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      await database.query(
        'truncate events, outbox, event_receivers, event_receiver_groups, event_receiver_group_members; update retention set removed_cursor = 0; update projection set version = 0, cursor = 0',
      )
      const receivers: string[] = []
      for (let place = 0; place < RECEIVERS; place++) receivers.push(await addReceiver(database))
      const held = new Map<string, { id: string; components: Given[] }>()
      for (const taken of steps) {
        if (taken === 'read one') await projectNextSbom(database)
        else if (taken === 'messages') await project()
        else if (taken === 'rebuild') await resetProjection(database)
        else {
          const receiver = receivers[taken.receiver] ?? ''
          const event = toNewEvent({ nvrpp: `artifact-${taken.artifact}`, receiver, success: true })
          await insertEvents(database, [{ events: [{ ...event, payload: toJsonText(toPayload(taken)) }] }])
          if (!taken.isBroken)
            held.set(`${taken.artifact} ${taken.receiver}`, { id: event.id, components: taken.components })
        }
      }
      await project()
      while (await projectNextSbom(database));
      for (const [question, isMeant] of QUESTIONS) {
        const expected = [...held.values()].flatMap(({ id, components }) => {
          const told = components
            .filter(isMeant)
            .map((given) => JSON.stringify([id, given.name, given.version, given.isPackage, given.hash]))
          return [...new Set(told)].map((text) => JSON.stringify(JSON.parse(text).slice(0, 4)))
        })
        const { data } = await find({ q: question, limit: 1_000 }, call).catch((error: Error) => {
          throw new Error(`${question}: ${error.message}`)
        })
        const found = data.map(({ event_id, component: { name, version, purl } }) =>
          JSON.stringify([event_id, name, version, purl !== null]),
        )
        if (JSON.stringify(found.sort()) !== JSON.stringify(expected.sort()))
          throw new Error(`${question}: found ${found.join(' ')}, and they are ${expected.join(' ')}`)
      }
    }),
    { numRuns: 60 },
  )
})
