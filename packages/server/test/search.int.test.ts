import type { SearchAnswer, SearchHit } from '@epr/model'
import { buildEvent, buildGroup, buildReceiver, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JAR_SHA1, SBOMS } from './support/sboms.js'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let receiver: string
let scan: string
let group: string
let event: string
let fingerprint: string

const artifact = (name: string, version: string, rest: object = {}) => ({
  name,
  version,
  release: '1',
  platform_id: 'any',
  package: 'oci',
  ...rest,
})

const record = (name: string, version: string, rest: object = {}): Promise<string> =>
  test.api.create('/events', buildEvent(receiver, { ...artifact(name, version), ...rest }))

const get = (q: string) => test.api.get(`/search?q=${encodeURIComponent(q)}`)

async function search(q: string): Promise<SearchAnswer> {
  const { status, json } = await get(q)
  expect([status, json]).toEqual([200, expect.anything()])
  return json
}

const nameOf = (hit: SearchHit): string => {
  if (hit.kind === 'message') return hit.cursor
  if (hit.kind === 'component') return `${hit.component.name} in ${hit.artifact.name}`
  return `${hit.name} ${hit.version}`
}

/** What is found, a line for each, and what the text was taken for. */
async function find(q: string): Promise<string[]> {
  const { data, taken_for } = await search(q)
  return [...taken_for.map(({ as }) => `as ${as}`), ...data.map((hit) => `${hit.kind} ${nameOf(hit)}`)]
}

beforeAll(async () => {
  test = await startTestApp()
  receiver = await test.api.create('/receivers', buildReceiver({ name: 'unit-tests', type: 'shop.tested' }))
  scan = await test.api.create('/receivers', buildReceiver({ name: 'Scan', type: 'shop.scanned' }))
  group = await test.api.create(
    '/groups',
    buildGroup([receiver, scan], { name: 'shop-release', type: 'gate' }),
  )
  fingerprint = (await test.api.get(`/receivers/${scan}`)).json.data[0].fingerprint
  for (const version of ['1', '2', '3']) await record('cart', version)
  await record('cart', '3', { release: '2', platform_id: 'arm64', package: 'rpm' })
  await record('cargo', '1')
  await record('cargo', '2')
  await record('@acme/ship', '1', { package: 'npm' })
  event = await record('shop', '1')
  await record('with-log4j', '1', { payload: SBOMS['syft-1.6'] })
  for (let n = 10; n < 22; n++) await record('many', `${n}`)
  for (let n = 10; n < 22; n++) await record(`more-${n}`, '1')
  await waitFor('all of it', async () => {
    const { json } = await test.api.get('/components?q=log4j-core')
    return json.data?.length === 1 && json.history === null && (await find('more-21')).length > 1
  })
})
afterAll(() => test.close())

describe('a text finds', () => {
  it('by an id, in any case, what has it', async () => {
    expect(await find(event)).toEqual(['as id', 'event shop 1'])
    expect(await find(receiver.toLowerCase())).toEqual(['as id', 'receiver unit-tests 1.0.0'])
    expect(await find(` ${group} `)).toEqual(['as id', 'group shop-release 1.0.0'])
  })

  it('with each hit the way to what says more', async () => {
    for (const q of [event, receiver, group, 'cart@1', 'component:log4j-core', '1']) {
      const { data } = await search(q)
      expect(data.length).toBeGreaterThan(0)
      for (const { path } of data) {
        const { status, json } = await test.api.get(path.replace('/api/v1', ''))
        expect([path, status, json.data.length > 0]).toEqual([path, 200, true])
      }
    }
  })

  it('by a package URL artifacts, of all versions without one, and components', async () => {
    expect(await find('pkg:oci/cart')).toEqual([
      'as package_url',
      'artifact cart 3',
      'artifact cart 2',
      'artifact cart 1',
    ])
    expect(await find('pkg:oci/cart@2')).toEqual(['as package_url', 'artifact cart 2'])
    expect(await find('pkg:rpm/cart@3?arch=arm64&release=2')).toEqual(['as package_url', 'artifact cart 3'])
    expect(await find('pkg:rpm/cart@3?arch=x86_64')).toEqual([])
    expect(await find('pkg:npm/@acme/ship@1')).toEqual(['as package_url', 'artifact @acme/ship 1'])
    expect(await find('pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1')).toEqual([
      'as component',
      'component org.apache.logging.log4j/log4j-core in with-log4j',
    ])
  })

  it('by a hash a receiver, or a component', async () => {
    expect(await find(fingerprint)).toEqual(['as fingerprint', 'receiver Scan 1.0.0'])
    expect(await find(`sha256:${fingerprint.toUpperCase()}`)).toEqual([
      'as fingerprint',
      'receiver Scan 1.0.0',
    ])
    expect(await find(JAR_SHA1)).toEqual([
      'as component',
      expect.stringContaining('log4j-core in with-log4j'),
    ])
  })

  it('by a name artifacts: its own, the newest first, and then the newest of each that begins so', async () => {
    expect(await find('cart')).toEqual([
      'as name',
      ...['3', '3', '2', '1'].map((version) => `artifact cart ${version}`),
    ])
    expect(await find('car')).toEqual(['as name', 'artifact cargo 2', 'artifact cart 3'])
    expect(await find('car*')).toEqual(['as name', 'artifact cargo 2', 'artifact cart 3'])
    expect(await find('cart@2')).toEqual(['as name_version', 'artifact cart 2'])
    expect(await find('CART')).toEqual([])
  })

  it('by a part of a name or type receivers and groups, in any case', async () => {
    expect(await find('TEST')).toEqual(['as definition', 'receiver unit-tests 1.0.0'])
    expect(await find('scan')).toEqual(['as definition', 'receiver Scan 1.0.0'])
    expect(await find('tests@1.0.0')).toEqual(['as definition', 'receiver unit-tests 1.0.0'])
    expect(await find('gate')).toEqual(['as definition', 'group shop-release 1.0.0'])
    expect(await find('shop')).toEqual([
      'as name',
      'as definition',
      'artifact shop 1',
      'receiver Scan 1.0.0',
      'receiver unit-tests 1.0.0',
      'group shop-release 1.0.0',
    ])
    expect(await find('100%_')).toEqual([])
  })

  it('by a component the artifacts that have it, and where they are deployed', async () => {
    const { data, taken_for } = await search('component:log4j-core@2.14*')
    expect(taken_for).toEqual([{ as: 'component', words: 'a component of artifacts, as their SBOMs say' }])
    expect(data).toEqual([
      expect.objectContaining({
        kind: 'component',
        component: expect.objectContaining({ version: '2.14.1' }),
        artifact: artifact('with-log4j', '1'),
        deployed_in: [],
      }),
    ])
  })

  it('by a cursor or a moment the feed there', async () => {
    const { data } = await search('4')
    expect(data).toEqual([
      expect.objectContaining({ kind: 'message', cursor: '4', says: 'event', name: 'cart', version: '1' }),
    ])
    expect((await search('3')).data).toEqual([
      expect.objectContaining({ says: 'group', name: 'shop-release' }),
    ])
    expect(await find('2026-01-01T00:00:00+02:00')).toEqual(['as time', 'message 1'])
    const third = (await test.api.get('/messages?after=2&limit=1&view=summary')).json.data[0]
    expect(await find(third.time)).toEqual(['as time', 'message 3'])
    const { json } = await test.api.get(data[0]?.path.replace('/api/v1', '') ?? '')
    expect(json.data[0].cursor).toBe('4')
  })
})

describe('an answer', () => {
  it('has ten of a kind, and says where there are more', async () => {
    const { data, more } = await search('many')
    expect([data.length, more, data[0]]).toEqual([
      10,
      ['artifact'],
      expect.objectContaining({ version: '21' }),
    ])
    const names = (await search('more')).data.map(nameOf)
    expect(names).toEqual(Array.from({ length: 10 }, (_, n) => `more-${n + 10} 1`))
    expect((await search('cart')).more).toEqual([])
  })

  it('says what was tried when nothing is found', async () => {
    const { data, tried, taken_for, notes, cursor } = await search('nowhere@9')
    expect({ data, tried, taken_for }).toEqual({
      data: [],
      taken_for: [],
      tried: [
        'the name and version of artifacts',
        'the name of artifacts, or its beginning',
        'a part of the name or type of receivers and groups',
      ],
    })
    expect(notes).toEqual([expect.stringContaining('component:')])
    expect(Number(cursor)).toBeGreaterThan(3)
    expect(await search('77777')).toMatchObject({
      data: [],
      notes: [expect.stringMatching(/^the feed has the cursors from 1 to \d+$/), expect.anything()],
    })
    expect((await search('2100-01-01T00:00:00Z')).notes).toEqual([expect.stringContaining('or later')])
  })

  it('says where the feed begins when what is asked for is no longer kept', async () => {
    const database = test.database.connect()
    await database.query('update retention set removed_cursor = 2')
    try {
      await database.query('delete from outbox where first_cursor <= 2')
      expect((await search('2')).notes).toContainEqual(
        expect.stringMatching(/^the feed has the cursors from 3/),
      )
    } finally {
      await database.close()
    }
  })

  it.each<[string, string]>([
    ['', 'q must say what is looked for'],
    ['  ', 'q must say what is looked for'],
    ['x'.repeat(501), 'q must have at most 500 characters'],
    ['component:', 'q must say which component'],
    ['component: ', 'q must say which component'],
    ['pkg:', 'q is not a package URL'],
    ['pkg:npm', 'q is not a package URL'],
    ['sha256:3a', 'q is not a hash'],
    ['cpe:none', 'q is not a CPE'],
    ['a\0b', 'NUL'],
  ])('of %j is 400 and says what to do', async (q, problem) => {
    const { status, json } = await get(q)
    expect([status, json.error.code, json.error.message]).toEqual([
      400,
      'INVALID_ARGUMENT',
      expect.stringContaining(problem),
    ])
  })

  it('of nothing is 400 too', async () => {
    expect(await test.api.get('/search')).toMatchObject({ status: 400 })
    expect(await test.api.get('/search?q=a&q=b')).toMatchObject({ status: 400 })
  })

  it('needs no projections for what is not in them', async () => {
    const bare = await startTestApp({ projections: 'off' })
    try {
      const id = await bare.api.create('/receivers', buildReceiver())
      const { json } = await bare.api.get(`/search?q=${id}`)
      expect(json).toMatchObject({ data: [{ kind: 'receiver', id }], cursor: null, history: null })
      expect(await bare.api.get('/search?q=shop')).toMatchObject({
        status: 503,
        json: { error: { code: 'UNAVAILABLE', message: expect.stringContaining('try again') } },
      })
    } finally {
      await bare.close()
    }
  })
})
