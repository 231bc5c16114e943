import type { Nvrpp } from '@epr/model'
import { buildReceiver, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JAR_SHA1, SBOMS, TARBALL_SHA512 } from './support/sboms.js'
import { startTestApp, type TestApp } from './support/test-app.js'

let test: TestApp
let receiver: string
let other: string
let recorded = 0

async function record(name: string, payload: unknown, at = receiver): Promise<string> {
  const event = { name, version: '1', release: '1', platform_id: 'linux', package: 'oci' }
  const id = await test.api.create('/events', {
    ...event,
    description: 'an SBOM',
    success: true,
    event_receiver_id: at,
    payload,
  })
  recorded++
  return id
}

const ask = (q: string, rest = '') => test.api.get(`/components?q=${encodeURIComponent(q)}${rest}`)

/** Until all that was recorded is read. */
async function settle(): Promise<void> {
  await waitFor('all SBOMs to be read', async () => {
    const { json } = await ask('nothing')
    // Two receivers have a message too.
    return Number(json.cursor) >= recorded + 2 && json.history === null && json.unread.waiting === 0
  })
}

interface Found {
  artifact: { name: string }
}
const holders = async (q: string): Promise<string[]> => {
  const { status, json } = await ask(q)
  if (status !== 200) return [`${status}: ${json.error.message}`]
  return json.data.map(({ artifact }: Found) => artifact.name).sort()
}

beforeAll(async () => {
  test = await startTestApp()
  receiver = await test.api.create('/receivers', buildReceiver({ name: 'sbom' }))
  other = await test.api.create('/receivers', buildReceiver({ name: 'scan' }))
  for (const [name, sbom] of Object.entries(SBOMS)) await record(name, sbom)
  await record('no-sbom', { text: 'a "bomFormat" and a "spdxVersion" are keys of SBOMs', bomFormat: 'X' })
  await settle()
})
afterAll(() => test.close())

const LOG4J = ['syft-1.4', 'syft-1.6', 'syft-spdx']
const OPENSSL = ['scout-attested', 'scout-spdx', 'trivy-1.5']

describe('a component is found', () => {
  it.each<[string, string[]]>([
    ['log4j-core', [...LOG4J, 'trivy-spdx']],
    ['Log4j-Core', [...LOG4J, 'trivy-spdx']],
    ['org.apache.logging.log4j/log4j-core', [...LOG4J, 'trivy-spdx']],
    ['org.apache.logging.log4j:log4j-core@2.14.1', LOG4J],
    ['log4j-core@2.14.1', LOG4J],
    ['log4j-core@2.14', []],
    ['log4j-core@2.14*', LOG4J],
    ['log4j-core@*', [...LOG4J, 'trivy-spdx']],
    ['log4j-core@<2.17.1', LOG4J],
    ['log4j-core@>=2.0, <=2.17.1', [...LOG4J, 'trivy-spdx']],
    ['log4j*', [...LOG4J, 'trivy-spdx']],
    ['org.apache.*', [...LOG4J, 'trivy-spdx']],
    ['core', ['trivy-1.5']],
    ['@angular/core', ['trivy-1.5']],
    ['@angular/core@12.0.5', ['trivy-1.5']],
    ['@angular/core@^12', ['trivy-1.5']],
    ['@angular/core@^13', []],
    ['angular/core', []],
    ['lodash@<4.17.21', ['cdxgen-1.7']],
    ['nested', ['cdxgen-1.7']],
    ['echo', ['cdxgen-1.7']],
    ['echo@4.9.0', ['cdxgen-1.7']],
    ['echo@v4.9.0', ['cdxgen-1.7']],
    ['labstack/echo@~4.9', ['cdxgen-1.7']],
    ['github.com/labstack/echo/v4', ['cdxgen-1.7']],
    ['typing_extensions', ['cdxgen-1.7']],
    ['typing-extensions@~=4.7', ['cdxgen-1.7']],
    ['openssl', OPENSSL],
    ['openssl@3.0.11-1~deb12u2', OPENSSL],
    ['image-of-trivy', ['trivy-1.5']],
    ['syft', []],
    ['trivy', []],
  ])('by its name: %s', async (q, expected) => {
    expect(await holders(q)).toEqual(expected)
  })

  it.each<[string, string[]]>([
    ['pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1', LOG4J],
    ['pkg:maven/org.apache.logging.log4j/log4j-core', [...LOG4J, 'trivy-spdx']],
    ['pkg:maven/org.apache.logging.log4j/log4j-core@2.1*', [...LOG4J, 'trivy-spdx']],
    ['pkg:maven/org.apache.logging.log4j/log4j-core@%3C2.17', LOG4J],
    ['pkg:npm/%40angular/core@12.0.5', ['trivy-1.5']],
    ['pkg:npm/@angular/core', ['trivy-1.5']],
    ['pkg:npm/core', []],
    ['pkg:pypi/typing_extensions', ['cdxgen-1.7']],
    ['pkg:golang/github.com/labstack/echo/v4@v4.9.0', ['cdxgen-1.7']],
    ['pkg:deb/debian/openssl', OPENSSL],
    ['pkg:deb/debian/openssl?arch=amd64', ['trivy-1.5']],
    ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?os_distro=bookworm', ['scout-attested', 'scout-spdx']],
  ])('by its package URL: %s', async (q, expected) => {
    expect(await holders(q)).toEqual(expected)
  })

  it.each<[string, string[]]>([
    ['cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*', LOG4J],
    ['cpe:2.3:a:apache:log4j:*', LOG4J],
    ['cpe:2.3:a:Apache:log4j', LOG4J],
    ['cpe:2.3:a:apache:log4j:2.14.0:*:*:*:*:*:*:*', []],
    ['cpe:/a:apache:log4j_core:2.14.1', LOG4J],
    ['cpe:2.3:a:apache:log4j_core', LOG4J],
    [JAR_SHA1, LOG4J],
    [`sha1:${JAR_SHA1.toUpperCase()}`, LOG4J],
    [TARBALL_SHA512, ['cdxgen-1.7']],
    [`sha512:${TARBALL_SHA512}`, ['cdxgen-1.7']],
    ['0'.repeat(40), []],
  ])('by its CPE or a hash: %s', async (q, expected) => {
    expect(await holders(q)).toEqual(expected)
  })

  it('with the component, the artifact and the event that says so', async () => {
    const { json } = await ask('log4j-core@2.17.1')
    expect(json).toMatchObject({ taken_for: 'name', undecided: [], next: null, history: null })
    expect(json.data).toEqual([
      {
        component: {
          name: 'org.apache.logging.log4j:log4j-core',
          version: '2.17.1',
          purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1',
          cpe: null,
        },
        artifact: { name: 'trivy-spdx', version: '1', release: '1', platform_id: 'linux', package: 'oci' },
        event_id: expect.any(String),
        event_receiver_id: receiver,
        created_at: expect.stringMatching(/Z$/),
        deployed_in: [],
      },
    ])
  })

  it('in pages, the highest version first, and of each what was recorded last', async () => {
    const found: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { json } = await ask('log4j-core', `&limit=1${next && `&after=${encodeURIComponent(next)}`}`)
      found.push(...json.data.map(({ artifact }: Found) => artifact.name))
      next = json.next
    }
    expect([found[0], found.filter((name) => name.startsWith('syft-1')), found.length]).toEqual([
      'trivy-spdx',
      ['syft-1.6', 'syft-1.4'],
      4,
    ])
  })
})

describe('of an artifact', () => {
  const sbom = (...names: string[]) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: names.map((name) => ({ type: 'library', name, version: '1' })),
  })

  it('the newest SBOM of each receiver counts', async () => {
    await record('scanned', sbom('first', 'both'))
    await record('scanned', sbom('elsewhere'), other)
    await settle()
    expect([await holders('first'), await holders('elsewhere')]).toEqual([['scanned'], ['scanned']])
    await record('scanned', sbom('second', 'both'))
    await settle()
    expect(await Promise.all(['first', 'second', 'both', 'elsewhere'].map(holders))).toEqual([
      [],
      ['scanned'],
      ['scanned'],
      ['scanned'],
    ])
  })

  it('with the environments where nothing newer of it was deployed since', async () => {
    const type = 'dev.cdevents.service.deployed.0.3.0'
    const deployments = await test.api.create('/receivers', buildReceiver({ name: 'deploy', type }))
    const sbom = {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [{ name: 'deployed-lib', version: '1' }],
    }
    const post = (version: string, platform_id: string, event_receiver_id: string, payload: unknown) =>
      test.api.create('/events', {
        ...{ name: 'deployed-app', version, release: '1', platform_id, package: 'oci', description: 'd' },
        ...{ success: true, event_receiver_id, payload },
      })
    const deploy = (version: string, platform: string, environment: string) =>
      post(version, platform, deployments, { subject: { content: { environment: { id: environment } } } })
    for (const version of ['1', '2']) await post(version, 'arm', receiver, sbom)
    await post('1', 'x64', receiver, sbom)
    await deploy('1', 'arm', 'production')
    await deploy('1', 'x64', 'production')
    await deploy('1', 'arm', 'staging')
    await deploy('2', 'arm', 'production')
    const found = async () =>
      (await ask('deployed-lib')).json.data.map(
        ({ artifact, deployed_in }: { artifact: Nvrpp; deployed_in: string[] }) =>
          `${artifact.version} ${artifact.platform_id}: ${deployed_in}`,
      )
    const expected = ['1 x64: production', '2 arm: production', '1 arm: staging']
    await waitFor('the deployments', async () => (await found()).join() === expected.join())
    recorded += 8
  })

  it('a broken SBOM leaves what was read before, and is named until a newer one can be read', async () => {
    await record('broken', sbom('kept'))
    const id = await record('broken', {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: { not: 'a list' },
    })
    await settle()
    expect(await holders('kept')).toEqual(['broken'])
    const { json } = await ask('kept')
    expect(json.unread.broken).toContainEqual({
      event_id: id,
      problem: 'what should be a list of its components is none',
    })
    await record('broken', sbom('newer'))
    await settle()
    expect((await ask('kept')).json.unread.broken).not.toContainEqual(
      expect.objectContaining({ event_id: id }),
    )
    expect([await holders('kept'), await holders('newer')]).toEqual([[], ['broken']])
  })
})

describe('what strangers send as an SBOM', () => {
  const sbomOf = (components: unknown, rest: object = {}) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    ...rest,
    components,
  })
  const good = { name: 'beside-them', version: '1' }

  it('hides nothing that stands beside it', async () => {
    let deep: object = { name: 'level-30' }
    for (let level = 29; level > 0; level--) deep = { name: `level-${level}`, components: [deep] }
    await record(
      'hostile',
      sbomOf(
        [
          null,
          1,
          'text',
          [],
          [{ name: 'in a list' }],
          {},
          { name: null },
          { name: '' },
          { name: { an: 'object' }, version: ['x'] },
          { name: 'nul-\u0000-inside', version: '1\u0000' },
          {
            name: 'n'.repeat(1_000_000),
            version: 'v'.repeat(1_000_000),
            cpe: 'c'.repeat(10_000),
          },
          {
            name: 'x'.repeat(299).concat('😀😀'),
            version: '😀'.repeat(400),
            purl: `pkg:npm/${'😀'.repeat(490)}@${'1'.repeat(600)}`,
          },
          {
            name: 'bad purl',
            purl: 'pkg:npm/%zz%ff',
            cpe: 'cpe:2.3:',
            hashes: [{ content: 'zz' }, { content: 5 }, 7],
          },
          { name: 'lists', hashes: {}, properties: 'none', externalReferences: 3, components: 'none' },
          deep,
          good,
        ],
        { metadata: [] },
      ),
    )
    await settle()
    for (const q of ['beside-them@1', 'lists', 'nul*', 'level-9', 'nnnnn*', 'bad purl'])
      expect([q, await holders(q)]).toEqual([q, ['hostile']])
    expect(await holders('level-30')).toEqual([])
  })

  it('is named when PostgreSQL cannot read it', async () => {
    const { status, json } = await test.api.post(
      '/events',
      JSON.stringify({
        name: 'huge',
        version: '1',
        release: '1',
        platform_id: 'linux',
        package: 'oci',
        description: 'd',
        success: true,
        event_receiver_id: receiver,
        payload: 'HERE',
      }).replace('"HERE"', `{"bomFormat": "CycloneDX", "specVersion": 1e999999, "components": []}`),
    )
    expect(status).toBe(200)
    recorded++
    await settle()
    const { unread } = (await ask('x')).json
    expect(unread.broken).toContainEqual({
      event_id: json.data,
      problem: expect.stringMatching(/^it cannot be read: /),
    })
  })
})

describe('a text that is none of these', () => {
  it.each<[string, RegExp]>([
    ['', /q must say which component/],
    ['pkg:npm', /not a package URL: .*write pkg:type\/name@version/],
    ['pkg:npm/', /not a package URL/],
    ['cpe:2.3:a:apache', /not a CPE with a vendor and a product/],
    ['cpe:2.3:a:*:*:1', /not a CPE with a vendor and a product/],
    ['sha256:abc', /one of sha256 has 64 hexadecimal digits/],
    ['log4j-core@', /write a version behind it/],
    ['*', /a name must begin somehow/],
    ['lodash@>>1', /not a range of versions/],
    ['openssl@<4', /ranges are known for packages of .*npm.*, and this is of type deb.*name@2\.14\*/],
    ['x'.repeat(501), /at most 500 characters/],
  ])('is refused with what to do: %s', async (q, message) => {
    const { status, json } = await ask(q)
    expect([status, json.error.code, json.error.message]).toEqual([
      400,
      'INVALID_ARGUMENT',
      expect.stringMatching(message),
    ])
  })

  it.each(['9~9', 'nonsense', '01M~1~00000000'])(
    'and so is a place of another question: %s',
    async (after) => {
      const { status, json } = await ask('lodash', `&after=${after}`)
      expect([status, json.error.message]).toEqual([
        400,
        'after must be the "next" of the page before, with the same q',
      ])
    },
  )
})
