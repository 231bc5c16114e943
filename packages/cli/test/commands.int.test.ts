import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { caller, startTestServer, type TestServer, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTerminal, idOf, NVRPP_FLAGS, runCli, runOnTerminal, runShell, startCli } from './harness.js'

const EXACT = '{"2":12345678901234567890,"1":-0,"pi":3.14159265358979323846,"list":[]}'

let server: TestServer
let receiver: string
const cli = (...args: string[]) => runCli(args, { url: server.url })
const nameFlags = (name: string) => [
  ...'--version 1 --release 1 --platform-id p --package q'.split(' '),
  '--name',
  name,
]
const createEvent = (name: string, ...more: string[]) =>
  cli('event', 'create', ...nameFlags(name), '--description', 'd', '--event-receiver-id', receiver, ...more)

beforeAll(async () => {
  server = await startTestServer()
  const flags = '--name foo-cli --version 1.0.0 --type epr.foo.cli --description foo'.split(' ')
  receiver = idOf(await cli('receiver', 'create', ...flags))
})
afterAll(() => server.close())

describe('piped output', () => {
  it('is the answer to a creation, indented by 4, or on one line', async () => {
    const created = await createEvent('pipe', '--payload', '{}')
    expect(created).toEqual({ code: 0, stdout: `{\n    "data": "${idOf(created)}"\n}\n`, stderr: '' })
    const compact = await createEvent('pipe', '--payload', '{}', '--no-indent')
    expect(compact.stdout).toBe(`{"data":"${idOf(compact)}"}\n`)
  })

  it('is an array of what was found, indented by 2, with the asked fields in the order of the model', async () => {
    const id = idOf(await createEvent('found', '--payload', EXACT, '--success'))
    const { stdout } = await cli('event', 'search', '--name', 'found', '--fields', 'payload,success id')
    expect(stdout).toBe(
      `[\n  {\n    "id": "${id}",\n    "payload": {\n      "2": 12345678901234567890,\n      "1": -0,\n` +
        '      "pi": 3.14159265358979323846,\n      "list": []\n    },\n    "success": true\n  }\n]\n',
    )
    const [defaults] = JSON.parse((await cli('event', 'search', '--id', id)).stdout)
    expect(Object.keys(defaults)).toEqual('id name version release platform_id package success'.split(' '))
    const [all] = JSON.parse((await cli('event', 'search', '--id', id, '--fields', 'all')).stdout)
    expect(Object.keys(all)).toHaveLength(12)
    expect((await cli('event', 'search', '--id', id, '--no-indent', '--fields', 'id')).stdout).toBe(
      `[{"id":"${id}"}]\n`,
    )
    const [found] = JSON.parse((await cli('receiver', 'search', '--id', receiver)).stdout)
    expect(Object.keys(found)).toEqual(['id', 'name', 'type', 'version'])
    expect((await cli('event', 'search', '--name', 'nobody')).stdout).toBe('[]\n')
  })

  it('is overruled by -o', async () => {
    const id = idOf(await createEvent('formats', '--payload', EXACT))
    const search = ['event', 'search', '--id', id, '--fields', 'id,payload', '-o']
    expect((await cli(...search, 'ndjson')).stdout).toBe(`{"id":"${id}","payload":${EXACT}}\n`)
    const yaml = (await cli(...search, 'yaml')).stdout
    expect(yaml).toContain('"2": 12345678901234567890\n')
    expect(yaml).toContain('pi: 3.14159265358979323846\n')
    expect((await cli(...search, 'table')).stdout).toContain(`│ ${id} │`)
    expect(JSON.parse((await cli('event', 'get', id)).stdout)).toMatchObject({
      id,
      EventReceiver: { id: receiver },
    })
  })

  it('selects with a JSONPath, exactly, and runs no script', async () => {
    await createEvent('path', '--payload', EXACT)
    const search = ['event', 'search', '--name', 'path', '--fields', 'all', '--no-indent', '--jsonpath']
    expect((await cli(...search, '$[*].payload["2"]')).stdout).toBe('[12345678901234567890]\n')
    expect((await cli(...search, '$..payload')).stdout).toBe(`[${EXACT}]\n`)
    expect(await cli(...search, '$[?(@.name)]')).toMatchObject({ code: 2, stdout: '' })
  })

  it('ends quietly when its reader goes', async () => {
    const line = 'epr-cli event search --fields all -o ndjson | head -c 1; echo $PIPESTATUS'
    const { stdout, stderr } = await runShell(line, { url: server.url })
    expect([stdout.slice(1).trim(), stderr]).toEqual(['0', ''])
    const full = await runShell('epr-cli status > /dev/full', { url: server.url })
    expect(full).toMatchObject({ code: 1, stderr: expect.stringMatching(/^epr-cli: .*ENOSPC.*\n$/) })
  })
})

describe('flags', () => {
  it.each([
    [['--success'], true],
    [['--success=false'], false],
    [['--success', 'false'], false],
    [['--success=true'], true],
    [[], false],
  ])('%j means %s', async (flags, success) => {
    const shown = await createEvent('dry', '--payload', 'null', '--dry-run', ...flags)
    expect(JSON.parse(shown.stdout)).toMatchObject({ success, payload: null })
  })

  it('read payloads as JSON or YAML from text, files and stdin', async () => {
    const file = join(server.directory, 'payload.yaml')
    await writeFile(file, 'a: 1.10\nb: 0x10\n')
    const payload = async (value: string, input?: string) => {
      const args = ['event', 'create', ...nameFlags('in'), '--description', 'd', '--dry-run', '--no-indent']
      const all = [...args, '--event-receiver-id', receiver, '--payload', value]
      return (await runCli(all, { url: server.url, ...(input !== undefined && { input }) })).stdout
    }
    expect(await payload(`@${file}`)).toContain('"payload":{"a":1.10,"b":16}}')
    expect(await payload('@-', EXACT)).toContain(`"payload":${EXACT}}`)
  })

  it('are refused when they are not UTF-8, and taken with the character that stands for that', async () => {
    const line = (name: string) => `epr-cli event search --dry-run -o ndjson --name ${name}`
    const refused = await runShell(line("$'caf\\xe9'"), { env: { LC_ALL: 'C.UTF-8' } })
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('not UTF-8') })
    const typed = await runShell(line("$'caf\\xef\\xbf\\xbd'"), { env: { LC_ALL: 'C.UTF-8' } })
    if (process.platform === 'linux') expect(JSON.parse(typed.stdout)).toMatchObject({ name: 'caf\ufffd' })
  })

  it('beat the environment, which beats the file', async () => {
    const file = join(server.directory, 'epr.yaml')
    await writeFile(file, `port: 9\nurl: ${server.url}\nno-indent: true\n`)
    const run = (env: Record<string, string>, ...args: string[]) =>
      runCli(['receiver', 'get', receiver, ...args], { env })
    expect((await run({ EPR_CONFIG: file })).stdout.split('\n')).toHaveLength(2)
    expect(await run({ EPR_CONFIG: file, EPR_URL: 'http://127.0.0.1:9' })).toMatchObject({ code: 5 })
    const all = await run({ EPR_URL: 'http://127.0.0.1:9' }, '--config', file, '--url', server.url)
    expect(all).toMatchObject({ code: 0 })
    const before = await runCli(['--url', server.url, 'receiver', 'get', receiver])
    expect(before).toMatchObject({ code: 0 })
    expect(await run({}, '--config', '/nonexistent')).toMatchObject({ code: 2 })
  })

  it('show a search as curl, which finds the same', async () => {
    const id = idOf(await createEvent("it's", '--payload', '1'))
    const search = ['event', 'search', '--name', "it's", '--fields', 'id', '--dry-run', '--limit', '3']
    const env = { EPR_TOKEN: caller.key ?? 'hidden' }
    const { stdout } = await runCli(search, { url: server.url, env })
    expect(stdout).not.toContain(env.EPR_TOKEN)
    const curl = stdout.slice(stdout.indexOf('\ncurl '))
    const found = await runShell(curl, { env })
    expect(JSON.parse(found.stdout)).toEqual({ data: { events: [{ id }] } })
  })

  it('narrow a search', async () => {
    const ids = []
    for (let count = 0; count < 3; count++) ids.push(idOf(await createEvent('page', '--payload', '1')))
    const search = async (...flags: string[]) => {
      const { stdout } = await cli('event', 'search', '--name', 'page', '--fields', 'id', ...flags)
      return JSON.parse(stdout).map(({ id }: { id: string }) => id)
    }
    expect(await search()).toEqual(ids)
    expect(await search('--order', 'desc', '--limit', '2')).toEqual([...ids].reverse().slice(0, 2))
    expect(await search('--since', '1h', '--all')).toEqual(ids)
    expect(await search('--since', '2100-01-01')).toEqual([])
  })
})

describe.skipIf(!hasTerminal)('on a terminal', () => {
  it('search shows a table that fits, in colours unless they are not wanted', async () => {
    await createEvent('wide\u001b[31m'.repeat(9), '--payload', '1')
    const search = ['event', 'search', '--limit', '5']
    const { stdout } = await runOnTerminal(search, { url: server.url, columns: 90 })
    expect(stdout).toContain('┌')
    expect(stdout).toContain('\u001b[31mfalse\u001b[39m')
    const plain = await runOnTerminal(search, { url: server.url, columns: 90, env: { NO_COLOR: '1' } })
    expect(plain.stdout).not.toContain('\u001b')
    expect(Math.max(...plain.stdout.split(/\r?\n/).map((line) => line.length))).toBeLessThanOrEqual(90)
    const moment = ['event', 'search', '--limit', '1', '--fields', 'id created_at']
    expect((await runOnTerminal(moment, { url: server.url })).stdout).toMatch(/now| ago/)
  })
})

describe('component search', () => {
  const search = (...args: string[]) => cli('component', 'search', ...args)

  it('names who has it, and what was not looked at', async () => {
    const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6' }
    const library = { type: 'library', name: 'left-pad', version: '1.3.0', purl: 'pkg:npm/left-pad@1.3.0' }
    const post = async (name: string, payload: object) =>
      idOf(await createEvent(name, '--payload', JSON.stringify({ ...sbom, ...payload })))
    const id = await post('has-it', { components: [library] })
    const broken = await post('broken', { components: 'none' })
    await waitFor('both to be read', async () => (await search('left-pad')).stderr.includes(broken))
    const found = await search('left-pad@<2')
    expect(JSON.parse(found.stdout)).toMatchObject(
      [{ component: library, artifact: { name: 'has-it' }, event_id: id }].map(
        ({ component: { type: _, ...component }, ...rest }) => ({ component, ...rest }),
      ),
    )
    const table = (await search('left-pad', '-o', 'table')).stdout
    for (const shown of [
      'left-pad@1.3.0',
      'has-it 1 1 p q',
      id,
      `${broken} is broken: what should be a list`,
    ])
      expect(table).toContain(shown)
    expect((await search('left-pad@2', '-o', 'table')).stdout).toContain('no SBOM names it: a *')
    expect(await search('pkg:npm')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not a package URL'),
    })
    expect(await search()).toMatchObject({ code: 2 })
  })
})

describe('find', () => {
  const find = (text: string, ...args: string[]) => cli('find', text, ...args)

  it('says what the text was taken for, and shows a table for each kind', async () => {
    const id = idOf(await createEvent('lost-and-found', '--payload', EXACT))
    await waitFor('the artifact', async () => (await find('lost-and')).stdout.includes('lost-and-found'))
    const { stdout, stderr, code } = await find('lost-and')
    expect([code, stderr]).toEqual([0, 'taken for the name of artifacts, or its beginning\n'])
    expect(JSON.parse(stdout)).toMatchObject([
      { kind: 'artifact', name: 'lost-and-found', path: expect.stringMatching(/^\/api\/v1\//) },
    ])
    const lines = (await find(id, '-o', 'table')).stdout.split('\n')
    expect(lines[0]).toBe('taken for the id of an event, a receiver or a group')
    expect(lines.join('\n')).toMatch(
      new RegExp(`\nevents epr-cli event get ID\n(?:.*\n)*.*id.*name.*\n.*${id}.*lost-and-found`),
    )
    const both = (await find('foo-cli', '-o', 'table')).stdout
    expect(both).toMatch(/^taken for a part of the name or type of receivers and groups\n(?:.*\n)*receivers/)
    expect((await find(id, '--quiet')).stdout).toBe(`${id}\n`)
  })

  it('says what was tried when nothing is found', async () => {
    const { stdout, code } = await find('nothing-at-all', '-o', 'table')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^nothing found; tried the name of artifacts, or its beginning; a part of/),
    ])
    const piped = await find('nothing-at-all')
    expect([JSON.parse(piped.stdout), piped.stderr]).toEqual([[], expect.stringContaining('nothing found')])
  })

  it('fails with the reason for what is not what it claims to be', async () => {
    expect(await find('pkg:npm')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not a package URL'),
    })
    expect(await find('')).toMatchObject({ code: 2, stderr: expect.stringContaining('q must say') })
    expect(await cli('find')).toMatchObject({ code: 2 })
  })
})

describe('what is to be looked after', () => {
  it('is said with a way on, and by the exit code', async () => {
    const ids = await Promise.all(
      ['looked-after', 'never-sent'].map(async (name) => {
        const flags = `--name ${name} --version 1.0.0 --type epr.foo.cli --description foo`.split(' ')
        return idOf(await cli('receiver', 'create', ...flags))
      }),
    )
    const flags = '--name guarded --version 1.0.0 --type epr.guarded --description foo'.split(' ')
    await cli('group', 'create', ...flags, '--receivers', ids.join())
    await cli(
      'event',
      'create',
      ...nameFlags('waits'),
      '--description',
      'd',
      '--receiver',
      'looked-after',
      '--success',
    )
    const sentence =
      'nobody can pass guarded@1.0.0: never-sent@1.0.0 has never had an event, and 1 artifact waits'
    await waitFor('the answers', async () => (await cli('doctor')).stdout.includes(sentence))
    const { code, stdout } = await cli('doctor', '-o', 'table')
    expect(code).toBe(14)
    expect(stdout).toContain(`✕ ${sentence}\n  is it still sent? If not, create a group without it`)
    expect(stdout).toMatch(/\n\d+ problems?, \d+ hints? \(\d+ groups?, \d+ receivers, 0 watchers\)\n$/)
    const usage = await cli('receiver', 'usage', '--days', '3', '-o', 'table')
    expect(usage.stdout).toMatch(/looked-after@1\.0\.0 .* ··█ .* guarded/)
    expect(usage.stdout).toMatch(/never-sent@1\.0\.0 .* never .* ··· .* guarded/)
    expect((await cli('doctor', '--days', '31')).stderr).toMatch(/from 1 to 30/)
  })
})

describe('names', () => {
  it('stand for ids, wherever one is asked for', async () => {
    const byName = ['--receiver', 'foo-cli']
    const create = ['event', 'create', ...nameFlags('named'), '--description', 'd', '--payload', '1']
    const id = idOf(await cli(...create, ...byName))
    expect(JSON.parse((await cli(...create, ...byName, '--dry-run')).stdout)).toMatchObject({
      event_receiver_id: receiver,
    })
    const found = await cli('event', 'search', '--name', 'named', '--receiver', 'foo-cli@1.0.0')
    expect(JSON.parse(found.stdout)).toMatchObject([{ id }])
    expect(JSON.parse((await cli('receiver', 'get', ...byName)).stdout)).toMatchObject({ id: receiver })
    const group = ['group', 'create', ...'--name g --type g --version 1 --description d'.split(' ')]
    const groupId = idOf(await cli(...group, '--receivers', 'foo-cli@1.0.0'))
    expect(JSON.parse((await cli('group', 'get', '--group', 'g')).stdout)).toMatchObject({
      ...{ id: groupId, event_receiver_ids: [receiver] },
    })
    expect(await cli('group', 'modify', '--group', 'g', '--disable')).toMatchObject({ code: 0 })
    const nobody = await cli(...create, '--receiver', 'nobody')
    expect(nobody).toMatchObject({ code: 3, stderr: expect.stringContaining('"nobody"') })
    expect(await cli(...create, ...byName, '--event-receiver-id', receiver)).toMatchObject({ code: 2 })
    idOf(await cli(...group, '--receivers', 'foo-cli'))
    const twice = await cli('group', 'get', '--group', 'g')
    expect(twice).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`g@1 (${groupId}), g@1 (`),
    })
  })
})

describe('groups', () => {
  it('are asked for, waited for and modified', async () => {
    const flags = ['--name', 'gate', '--type', 'gate', '--version', '1', '--description', 'd']
    const group = idOf(await cli('group', 'create', ...flags, '--event-receiver-ids', receiver))
    const status = (name: string, ...more: string[]) =>
      cli('group', 'status', '--id', group, ...nameFlags(name), ...more)
    expect(await status('gated')).toMatchObject({ code: 11 })
    expect(await status('gated', '--wait', '300ms')).toMatchObject({ code: 12 })
    await createEvent('gated', '--payload', '1')
    const failed = await status('gated')
    expect(failed).toMatchObject({ code: 10, stderr: '' })
    expect(JSON.parse(failed.stdout)).toMatchObject({ state: 'failed', receivers: [{ state: 'failed' }] })
    const waiting = status('gated', '--wait', '20s')
    await createEvent('gated', '--payload', '1', '--success')
    expect(await waiting).toMatchObject({ code: 0 })
    expect(await status('gated', '-o', 'table')).toMatchObject({
      stdout: expect.stringMatching(/ · open \d+s$/m),
    })
    const named = await cli('group', 'status', '--group', 'gate@1', ...nameFlags('gated'))
    expect(named).toMatchObject({ code: 0 })
    expect(JSON.parse(named.stdout)).toMatchObject({
      ...{ group_name: 'gate', group_version: '1' },
      receivers: [
        {
          event_receiver_id: receiver,
          event_receiver_name: 'foo-cli',
          event_receiver_version: '1.0.0',
          event_description: 'd',
        },
      ],
    })

    expect(await cli('group', 'modify', '--id', group)).toMatchObject({ code: 2 })
    expect(await cli('group', 'modify', '--id', group, '--enable', '--disable')).toMatchObject({ code: 2 })
    expect(await cli('group', 'modify', '--id', group, '--disable')).toMatchObject({
      code: 0,
      stdout: `{\n    "data": "${group}"\n}\n`,
    })
    expect(JSON.parse((await cli('group', 'get', '--id', group)).stdout)).toMatchObject({ enabled: false })
  })
})

it('watch follows what comes from now on', async () => {
  await createEvent('before', '--payload', '1', '--success')
  const watch = startCli(['watch', '-o', 'ndjson', '--type', 'epr.foo.cli', '--success'], { url: server.url })
  let stdout = ''
  watch.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  // When it follows cannot be seen from outside: something is told again and again until it has heard.
  await waitFor('a message', async () => {
    await createEvent('failed', '--payload', '1')
    await createEvent('watched', '--payload', EXACT, '--success')
    return stdout.includes('\n')
  })
  watch.kill()
  await once(watch, 'close')
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).message.name)
  expect(new Set(names)).toEqual(new Set(['watched']))
  expect(stdout).toContain(`"payload":${EXACT}`)
})

it('watch begins before the end, and shows a line of each summary of what it is asked for', async () => {
  const receiver = idOf(
    await cli(
      ...['receiver', 'create', '--name', 'summed-up', '--type', 'summed.up', '--version', '1'],
      ...['--description', 'd', '--schema', '{}'],
    ),
  )
  const event = idOf(
    await cli(
      ...['event', 'create', '--event-receiver-id', receiver, ...NVRPP_FLAGS, '--description', 'd'],
      ...['--payload', '[1,2]', '--success'],
    ),
  )
  const flags = ['watch', '--tail', '1000', '--summary', '--receiver', 'summed-up', '--kind', 'event']
  const watch = startCli([...flags, '-o', 'ndjson'], { url: server.url })
  let stdout = ''
  watch.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  await waitFor('the summary', () => stdout.includes('\n'))
  watch.kill()
  await once(watch, 'close')
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'event',
    id: event,
    event_receiver_id: receiver,
    payload_bytes: 5,
  })
  expect(await cli('watch', '--tail', '1', '--after', '5')).toMatchObject({ code: 2 })
  expect((await cli(...flags, '--dry-run', '-o', 'json')).stdout).toContain('"view": "summary"')
})

it('receiver refusals shows where payloads broke its schema', async () => {
  const schema = '{"type":"object","required":["count"]}'
  const id = idOf(
    await cli(
      ...['receiver', 'create', '--name', 'refusing', '--type', 'refusing', '--version', '1'],
      ...['--description', 'd', '--schema', schema],
    ),
  )
  const refused = await cli(
    ...['event', 'create', '--receiver', 'refusing', ...NVRPP_FLAGS, '--description', 'd', '--payload', '{}'],
  )
  expect(refused.code).toBe(1)
  const shown = await waitFor('the count', async () => {
    const { stdout } = await cli('receiver', 'refusals', '--receiver', 'refusing')
    return stdout.includes('/count') && JSON.parse(stdout)
  })
  expect(shown.paths).toEqual([{ path: '/count', count: 1, last_hour: expect.any(String) }])
  expect(shown.samples[0].user_agent).toEqual(expect.any(String))
  const table = await cli('receiver', 'refusals', '--id', id, '-o', 'table')
  expect(table.stdout).toMatch(/\/count\s.*1/)
  expect(table.stdout).toContain("must have required property 'count'")
  expect(await cli('receiver', 'refusals', '--receiver', 'nobody')).toMatchObject({ code: 3 })
})

it('operations shows how the registry goes', async () => {
  const { code, stdout } = await cli('operations')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ server: { recording: true }, relay: null })
  expect((await cli('operations', '-o', 'table')).stdout).toMatch(/relay\s.*feed only/)
})

it('receiver check tries a schema on samples, and on what a receiver has got', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'epr-check-'))
  const file = async (name: string, value: unknown) => {
    const path = join(directory, name)
    await writeFile(path, JSON.stringify(value))
    return path
  }
  await cli(
    ...[
      'receiver',
      'create',
      '--name',
      'counted',
      '--type',
      'counted',
      '--version',
      '1',
      '--description',
      'd',
    ],
  )
  await cli(
    'event',
    'create',
    '--receiver',
    'counted',
    ...NVRPP_FLAGS,
    '--description',
    'd',
    '--payload',
    '{}',
  )
  const strict = await file('strict.json', { type: 'object', required: ['count'] })
  const good = await file('good.json', { count: 1 })
  const bad = await file('bad.json', 5)
  const check = (...flags: string[]) => cli('receiver', 'check', ...flags)
  expect(await check(strict, '--sample', good)).toMatchObject({ code: 0 })
  expect(await check(strict, '--sample', good, '--sample', bad)).toMatchObject({ code: 1 })
  expect(await check(await file('wrong.json', { type: 'none' }))).toMatchObject({ code: 1 })
  const stored = await check(strict, '--against', 'counted', '--last', '10', '-o', 'table')
  expect(stored.code).toBe(13)
  expect(stored.stdout).toMatch(/✓ the schema can be used: draft-07\n✗ event \w{26}: .*\n✗ 0 of 1 stored/)
  expect((await check(await file('any.json', {}), '-o', 'table')).stdout).toContain('accepts anything')
  expect(await check(strict, '--against', 'nobody')).toMatchObject({ code: 3 })
  await rm(directory, { recursive: true })
})

describe('run', () => {
  const run = (url: string, more: string[], ...command: string[]) =>
    runCli(['run', '--event-receiver-id', receiver, ...NVRPP_FLAGS, ...more, '--', ...command], { url })
  const findLast = async () =>
    JSON.parse(
      (await cli('event', 'search', '--name', 'shop', '--fields', 'all', '--order', 'desc', '--limit', '1'))
        .stdout,
    )[0]

  it('passes output and exit code through and records them', async () => {
    const failed = await run(
      server.url,
      ['--payload', '{"x":1.0,"exit_code":0}'],
      'sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    )
    expect(failed).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' })
    expect(await findLast()).toMatchObject({
      success: false,
      description: "sh -c 'echo out; echo err >&2; exit 7'",
      payload: { command: "sh -c 'echo out; echo err >&2; exit 7'", exit_code: 7, x: 1 },
    })
    expect(await run(server.url, ['--description', 'ok'], 'true')).toMatchObject({ code: 0, stderr: '' })
    expect(await findLast()).toMatchObject({
      success: true,
      description: 'ok',
      payload: {
        command: 'true',
        started_at: expect.stringMatching(/Z$/),
        finished_at: expect.stringMatching(/Z$/),
        duration_ms: expect.any(Number),
      },
    })
  })

  it('tells signals as 128 + n, and commands that are not there as 127', async () => {
    expect(await run(server.url, [], 'sh', '-c', 'kill -9 $$')).toMatchObject({ code: 137 })
    expect(await run(server.url, [], 'no-such-command-of-epr')).toMatchObject({ code: 127 })
    expect(await findLast()).toMatchObject({ success: false, payload: { exit_code: 127 } })
  })

  it('passes signals on', async () => {
    const script = 'trap "exit 42" TERM; echo ready; while :; do sleep 0.05; done'
    const args = ['run', '--event-receiver-id', receiver, ...NVRPP_FLAGS, '--', 'sh', '-c', script]
    const child = startCli(args, { url: server.url })
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([42, null])
    expect(await findLast()).toMatchObject({ payload: { exit_code: 42 } })
  })

  it('keeps the exit code of the command when the registry is away', async () => {
    const away = await run('http://127.0.0.1:9', ['--retry', '0s'], 'sh', '-c', 'exit 3')
    expect(away).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^epr-cli: warning: .*\n$/),
    })
    const strict = ['--retry', '0s', '--strict']
    for (const command of ['true', 'false'])
      expect(await run('http://127.0.0.1:9', strict, command)).toMatchObject({
        code: 125,
        stderr: expect.stringMatching(/^epr-cli: not recorded .*\n$/),
      })
    expect(await run(server.url, ['--strict'], 'false')).toMatchObject({ code: 1, stderr: '' })
    expect(await run(server.url, ['--payload', '[1]'], 'true')).toMatchObject({ code: 2 })
  })
})
