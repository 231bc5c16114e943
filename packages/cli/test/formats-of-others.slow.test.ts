import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildCloudEvent, startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, runCli } from './harness.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const cli = (args: readonly string[], input?: string) =>
  runCli(args, { url: server.url, ...(input !== undefined && { input }) })
const get = async (id: string) => JSON.parse((await cli(['event', 'get', id])).stdout)

describe('a CloudEvent', () => {
  const createReceiver = async (name: string) =>
    idOf(await cli(['receiver', 'create', '--name', name, ...RECEIVER_FLAGS]))
  const create = (value: string, ...more: string[]) =>
    cli(['event', 'create', '--cloudevent', value, ...more])
  const RECEIVER_FLAGS = ['--version', '1', '--type', 'epr.foo.cli', '--description', 'd']

  it('is recorded as it stands, from a file or stdin, once for its source and id', async () => {
    const older = await createReceiver('older')
    const newer = await createReceiver('newer')
    const exact = '"data":{"2":12345678901234567890,"1":-0}'
    const text = JSON.stringify(buildCloudEvent({ data: 0 })).replace('"data":0', exact)
    const file = join(server.directory, 'cloudevent.json')
    await writeFile(file, text)
    const id = idOf(await create(`@${file}`))
    expect(idOf(await cli(['event', 'create', '--cloudevent', '@-'], text))).toBe(id)
    expect((await cli(['event', 'get', id, '--no-indent'])).stdout).toContain(`"payload":${text}`)
    expect((await get(id)).event_receiver_id).toBe(newer)
    const named = idOf(await create(`@${file}`, '--event-receiver-id', older))
    expect((await get(named)).event_receiver_id).toBe(older)
    expect((await create(`@${file}`, '--dry-run', '--no-indent')).stdout).toBe(`${text}\n`)
  })

  it('says itself what it is about', async () => {
    const text = JSON.stringify(buildCloudEvent())
    expect(await create(text, '--name', 'x', '--success')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--name, --success'),
    })
    expect(await create('[]')).toMatchObject({ code: 2, stderr: expect.stringContaining('--cloudevent') })
    expect(await create(JSON.stringify(buildCloudEvent({ id: '' })))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('id must not be empty'),
    })
  })
})

describe('SBOMs', () => {
  const VERSIONS = ['1.4', '1.5', '1.6', '1.7']
  const component = { type: 'application', name: 'shop', version: '1.2.0' }
  const buildBom = (fields: object = {}, main: object = component) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...component, ...main } },
    components: [],
    ...fields,
  })
  const record = (bom: unknown, ...more: string[]) =>
    cli(['sbom', 'record', '-', ...more], typeof bom === 'string' ? bom : JSON.stringify(bom))
  const OTHERS = ['--release', '7', '--platform-id', 'linux', '--package', 'oci']

  it('cannot be recorded without a receiver, and the way to one is told', async () => {
    expect(await record(buildBom(), ...OTHERS)).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('epr-cli sbom install'),
    })
  })

  it('get their receivers once, with the schemas that CycloneDX ships', async () => {
    const { stdout: dry } = await cli(['sbom', 'install', '--dry-run', '--no-indent'])
    expect(
      dry
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).version),
    ).toEqual(VERSIONS)
    const first = JSON.parse((await cli(['sbom', 'install'])).stdout)
    const again = JSON.parse((await cli(['sbom', 'install'])).stdout)
    expect(first.map(({ version }: { version: string }) => version)).toEqual(VERSIONS)
    expect(first).toMatchObject([{ created: true }, { created: true }, { created: true }, { created: true }])
    expect(again).toEqual(first.map((row: object) => ({ ...row, created: false })))
    const { resolve } = createRequire(import.meta.url)
    const library = dirname(resolve('@cyclonedx/cyclonedx-library/package.json'))
    for (const { id, version } of first) {
      const shipped = await readFile(join(library, `res/schema/bom-${version}.SNAPSHOT.schema.json`), 'utf8')
      const { schema } = JSON.parse((await cli(['receiver', 'get', id])).stdout)
      expect(schema).toEqual(JSON.parse(shipped))
    }
    // One with the same fingerprint and another schema is another receiver.
    const [{ name, type, version }] = first
    const flags = ['--name', name, '--type', type, '--version', version, '--description']
    await cli(['receiver', 'create', ...flags, 'an SBOM in CycloneDX 1.4'])
    expect(JSON.parse((await cli(['sbom', 'install'])).stdout)).toEqual(again)
  })

  it.each(VERSIONS)('of CycloneDX %s go to the receiver of their version', async (specVersion) => {
    const bom = buildBom({ specVersion })
    const id = idOf(await record(bom, ...OTHERS))
    const { payload, EventReceiver } = await get(id)
    expect(payload).toEqual(bom)
    expect(EventReceiver).toMatchObject({ type: 'org.cyclonedx.bom', version: specVersion })
    expect(EventReceiver.schema.$id).toContain(`bom-${specVersion}`)
  })

  it('say what they are of; flags say it better, and what neither says is named', async () => {
    const dry = async (main: object, ...more: string[]) =>
      JSON.parse((await record(buildBom({}, main), '--dry-run', ...more)).stdout)
    const purl = 'pkg:oci/shop@1.3.0?arch=amd64&release=4'
    const ofPurl = { name: 'shop', version: '1.3.0', release: '4', platform_id: 'amd64', package: 'oci' }
    expect(await dry({ purl })).toMatchObject({
      ...ofPurl,
      success: true,
      description: 'SBOM of shop 1.3.0: CycloneDX 1.6, 0 components',
    })
    expect(await dry({ purl: 'pkg:oci/shop' })).toMatchObject({ version: '1.2.0' })
    expect(await dry({ purl }, '--version', '2', '--success=false')).toMatchObject({
      ...ofPurl,
      version: '2',
      success: false,
    })
    expect(await dry({ group: 'acme', purl: 'none' }, ...OTHERS)).toMatchObject({
      name: 'acme/shop',
      release: '7',
    })
    const { code, stderr } = await record(buildBom(), '--package', 'oci')
    expect([code, stderr]).toEqual([2, 'epr-cli: --release is missing; --platform-id is missing\n'])
    const nameless = await record({ bomFormat: 'CycloneDX', specVersion: '1.4' }, ...OTHERS)
    expect(nameless).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--name is missing; --version'),
    })
  })

  it.each([
    ['<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', /XML.*cyclonedx convert/],
    ['{"spdxVersion":"SPDX-2.3"}', /SPDX/],
    ['{"bomFormat":"CycloneDX","specVersion":"1.3"}', /"1\.3".*1\.4, 1\.5, 1\.6, 1\.7/],
    ['{"bomFormat":', /not JSON/],
    ['[]', /object/],
  ])('are nothing but CycloneDX as JSON: %s', async (text, problem) => {
    expect(await record(text, ...OTHERS)).toMatchObject({ code: 2, stderr: expect.stringMatching(problem) })
  })

  it('that break their schema are refused with the reason', async () => {
    expect(await record(buildBom({ components: [{ name: 'typeless' }] }), ...OTHERS)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('components/0'),
    })
  })

  it('of 4 MB pass', async () => {
    const components = Array.from({ length: 27_000 }, (_, index) => ({
      type: 'library',
      'bom-ref': `part-${index}`,
      name: `part-${index}`,
      version: '1.0.0',
      purl: `pkg:npm/part-${index}@1.0.0`,
      licenses: [{ license: { id: 'Apache-2.0' } }],
    }))
    const file = join(server.directory, 'bom.json')
    const text = JSON.stringify(buildBom({ components }))
    expect(text.length).toBeGreaterThan(4 * 1024 * 1024)
    await writeFile(file, text)
    const id = idOf(await cli(['sbom', 'record', file, ...OTHERS]))
    expect((await get(id)).payload.components).toHaveLength(27_000)
  })
})
