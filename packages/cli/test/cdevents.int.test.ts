import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createApi, startTestServer, type TestServer } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTerminal, runCli, runOnTerminal } from './harness.js'

const BUILD = 'dev.cdevents.build.finished.0.3.0'
const DEPLOYED = 'dev.cdevents.service.deployed.0.2.0'

let server: TestServer
const cli = (...args: string[]) => runCli(['cdevents', ...args], { url: server.url })

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** Type → whether it was created. */
function outcomes(stdout: string): Record<string, boolean> {
  const rows = JSON.parse(stdout) as { type: string; created: boolean }[]
  return Object.fromEntries(rows.map(({ type, created }) => [type, created]))
}

describe('cdevents install', () => {
  it('creates the receivers that are not there, and says so', async () => {
    const first = await cli('install', 'build.finished', DEPLOYED, 'build.finished')
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(outcomes(first.stdout)).toEqual({ [BUILD]: true, [DEPLOYED]: true })
    const second = await cli('install', DEPLOYED, 'artifact.signed')
    expect(outcomes(second.stdout)).toEqual({
      [DEPLOYED]: false,
      'dev.cdevents.artifact.signed.0.3.0': true,
    })
    const [{ id }] = JSON.parse((await cli('install', 'build.finished')).stdout)
    const { json } = await createApi(server.url).get(`/receivers/${id}`)
    expect(json.data[0]).toMatchObject({ type: BUILD, name: 'build-finished', version: '0.3.0' })
    const { stdout } = await cli('show', 'build.finished')
    expect(json.data[0].schema.$defs.cdEvent).toEqual(JSON.parse(stdout))
  })

  it('creates one where a receiver has the same name and another schema', async () => {
    const [receiver] = JSON.parse((await cli('install', 'ticket.closed', '--dry-run')).stdout)
    const api = createApi(server.url)
    const other = await api.create('/receivers', { ...receiver, schema: {} })
    const [{ id, created }] = JSON.parse((await cli('install', 'ticket.closed')).stdout)
    expect([created, id === other]).toEqual([true, false])
    const [again] = JSON.parse((await cli('install', 'ticket.closed')).stdout)
    expect(again).toEqual({ type: receiver.type, id, created: false })
  })

  it('creates one when two do it at once', async () => {
    const both = await Promise.all([cli('install', 'change.merged'), cli('install', 'change.merged')])
    const [one, two] = both.map(({ stdout }) => JSON.parse(stdout)[0].id)
    expect(one).toBe(two)
  })

  it('takes all of a release', async () => {
    const { stdout } = await cli('install', '--release', '0.4.1')
    expect(Object.keys(outcomes(stdout))).toHaveLength(11)
    expect((await cli('install', BUILD, '--release', '0.4.1')).code).toBe(2)
  })

  it('creates nothing with --dry-run, nor with a type that there is not', async () => {
    const count = async () => (await createApi(server.url).get('/receivers?limit=1000')).json.data.length
    const before = await count()
    expect(JSON.parse((await cli('install', '--dry-run')).stdout)).toHaveLength(56)
    const wrong = await cli('install', 'branch.created', 'branch.creatd')
    expect(wrong).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('the nearest are branch.created'),
    })
    expect(await count()).toBe(before)
  })

  it.skipIf(!hasTerminal)('shows a table and the sum on a terminal', async () => {
    await cli('install', 'branch.deleted')
    const { stdout } = await runOnTerminal(['cdevents', 'install', 'branch.deleted', 'ticket.updated'], {
      url: server.url,
    })
    expect(stdout).toContain('dev.cdevents.branch.deleted.0.3.0')
    expect(stdout).toContain('event receivers: 1 created, 1 were there')
  })
})

describe('cdevents list and show', () => {
  it('need no server', async () => {
    const nowhere = { url: 'http://127.0.0.1:1' }
    const list = await runCli(['cdevents', 'list', '--release', '0.4.1'], nowhere)
    expect(JSON.parse(list.stdout)).toContainEqual({
      type: 'dev.cdevents.pipelinerun.queued.0.2.0',
      release: '0.4.1',
      description: 'CDEvents 0.4.1: pipelineRun queued',
    })
    const lines = (await runCli(['cdevents', 'list', '-o', 'ndjson'], nowhere)).stdout.trim().split('\n')
    expect(lines).toHaveLength(56)
    const shown = await runCli(['cdevents', 'show', DEPLOYED], nowhere)
    expect(JSON.parse(shown.stdout)).toMatchObject({
      $id: 'https://cdevents.dev/0.4.1/schema/service-deployed-event',
    })
    expect(await runCli(['cdevents', 'show', 'nothing'], nowhere)).toMatchObject({ code: 2, stdout: '' })
    expect(await runCli(['cdevents', 'list', '--release', '1.0'], nowhere)).toMatchObject({ code: 2 })
  })

  it('alone load what they know', async () => {
    const loads = async (...args: string[]) => {
      const directory = await mkdtemp(join(tmpdir(), 'epr-loaded-'))
      // V8 lists every script that it has seen.
      await runCli(args, { env: { NODE_V8_COVERAGE: directory } })
      const files = await readdir(directory)
      const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')))
      await rm(directory, { recursive: true })
      return texts.some((text) => /packages\/cdevents\/dist|@epr\/cdevents/.test(text))
    }
    expect(await loads('cdevents', 'list')).toBe(true)
    expect(await loads('event', 'create', '--help')).toBe(false)
    expect(await loads('cdevents', 'install', '--help')).toBe(false)
  })
})

it('the example of a pipeline tells what it does, and ends where its scan fails', async () => {
  const main = fileURLToPath(new URL('../../../examples/cdevents-pipeline/main.mjs', import.meta.url))
  const env = { ...process.env, EPR_URL: server.url }
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [main, ...args], { env })
  const all = ['pipelinerun.started', 'build.started', 'build.finished', 'artifact.packaged']
  const ends = ['testsuiterun.finished', 'service.deployed', 'pipelinerun.finished']
  const refused = await run().catch((error: { stderr: string }) => error.stderr)
  expect(refused).toContain('epr-cli cdevents install pipelinerun.started')
  expect((await cli('install', ...all, ...ends)).code).toBe(0)
  const steps = async (...args: string[]) =>
    (await run('simulated', ...args)).stdout.match(/^(ok {4}|failed) dev\.cdevents\.[a-z]+\.[a-z]+/gm)
  expect(await steps('1')).toEqual([...all, ...ends].map((step) => `ok     dev.cdevents.${step}`))
  expect(await steps('2', 'failure')).toEqual([
    ...all.map((step) => `ok     dev.cdevents.${step}`),
    'failed dev.cdevents.testsuiterun.finished',
    'failed dev.cdevents.pipelinerun.finished',
  ])
})
