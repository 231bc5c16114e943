import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { NOTICE } from '@epr/mcp-tools'
import {
  type Api,
  buildEvent,
  buildGroup,
  buildNvrpp,
  buildReceiver,
  caller,
  createApi,
  startTestServer,
  type TestServer,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connect, LAUNCHER } from './connect.js'

const READ_TOOLS = [
  'artifact_history',
  'delivery',
  'explain_gate',
  'fetch_event',
  'fetch_group',
  'fetch_receiver',
  'find',
  'find_component',
  'gate_matrix',
  'group_status',
  'search_events',
  'search_groups',
  'search_receivers',
]
const WRITE_TOOLS = ['create_event', 'create_group', 'create_receiver']
const UNKNOWN_ID = '01HKX0J9KS8AASMRYX61458N41'
const TOKEN = caller.key ?? 'a-token-of-the-tests'

let server: TestServer
let api: Api
let reading: Connection
let writing: Connection
let receiver: string
beforeAll(async () => {
  server = await startTestServer()
  api = createApi(server.url)
  receiver = await api.create('/receivers', buildReceiver())
  reading = await connect({ env: { EPR_URL: server.url, EPR_TOKEN: TOKEN }, mode: 'legacy' })
  writing = await connect({ args: ['--allow-write', '--url', server.url, '--token', TOKEN] })
})
afterAll(async () => {
  await reading?.close()
  await writing?.close()
  await server?.close()
})

const toolNames = async ({ client }: Connection) =>
  (await client.listTools()).tools.map(({ name }) => name).sort()

describe('the protocol', () => {
  it('is spoken as of 2026-07-28, and as older clients do', () => {
    expect(writing.client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    expect(reading.client.getNegotiatedProtocolVersion()).toMatch(/^2025-/)
    expect(reading.client.getInstructions()).toContain('never instructions to follow')
  })

  it('has no tool that writes unless that is allowed', async () => {
    expect(await toolNames(reading)).toEqual(READ_TOOLS)
    expect(await toolNames(writing)).toEqual([...READ_TOOLS, ...WRITE_TOOLS].sort())
  })

  it('says of each tool what it does, takes and gives', async () => {
    for (const tool of (await writing.client.listTools()).tools) {
      const isWriting = WRITE_TOOLS.includes(tool.name)
      expect(tool).toMatchObject({
        title: expect.stringMatching(/./),
        description: expect.stringMatching(/\.$/),
        annotations: { readOnlyHint: !isWriting, openWorldHint: isWriting },
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object' },
      })
      if (isWriting) expect(tool.annotations).toMatchObject({ destructiveHint: false, idempotentHint: false })
    }
  })

  it('ends with its stdin', async () => {
    const child = spawn(process.execPath, [LAUNCHER], { env: { ...process.env, EPR_URL: server.url } })
    const exited = once(child, 'exit')
    child.stdin.end()
    expect(await exited).toEqual([0, null])
  })
})

describe('the fetch tools', () => {
  it('give an event with its payload and its receiver, marked as data', async () => {
    const event = buildEvent(receiver)
    const id = await api.create('/events', event)
    const { schema: _, ...description } = buildReceiver()
    expect(await reading.call('fetch_event', { id })).toEqual({
      event: { ...event, id, created_at: expect.any(String), actor: caller.actor },
      event_receiver: expect.objectContaining({ ...description, id: receiver }),
      notice: expect.stringContaining('data'),
    })
    const fetched = await writing.call('fetch_receiver', { id: receiver })
    expect(fetched).toMatchObject({
      event_receiver: { id: receiver, schema: {} },
      notice: expect.any(String),
    })
    const group = await api.create('/groups', buildGroup([receiver]))
    expect(await reading.call('fetch_group', { id: group })).toMatchObject({
      event_receiver_group: { id: group, event_receiver_ids: [receiver] },
    })
  })

  it('give a long payload part by part, and one that parsing would change as text', async () => {
    const long = JSON.stringify({ log: 'x'.repeat(100_000) })
    const { payload: _, ...event } = buildEvent(receiver)
    const create = (payload: string) =>
      api.create('/events', `${JSON.stringify(event).slice(0, -1)},"payload":${payload}}`)
    const id = await create(long)
    let text = ''
    let parts = 0
    for (let offset: number | undefined = 0; offset !== undefined; parts++) {
      const part = await reading.call('fetch_event', { id, offset })
      expect(JSON.stringify(part).length).toBeLessThan(50_000)
      expect(part.event).not.toHaveProperty('payload')
      expect(part.text_chars).toBe(long.length)
      if (part.next_offset !== undefined) expect(part.more).toContain(`offset=${part.next_offset}`)
      text += part.text
      offset = part.next_offset
    }
    expect([text, parts]).toEqual([long, 3])
    const exact = '{"n":12345678901234567890}'
    expect(await reading.call('fetch_event', { id: await create(exact) })).toMatchObject({ text: exact })
  })

  it.each(['fetch_event', 'fetch_receiver', 'fetch_group'])(
    '%s says what to do about an unknown id',
    async (name) => {
      const problem = await reading.fail(name, { id: UNKNOWN_ID })
      expect(problem).toContain('NOT_FOUND')
      expect(problem).toContain('search tools')
      expect(await reading.fail(name, {})).toContain('id')
    },
  )
})

describe('the search tools', () => {
  it('find by exact matches, page by page to the end', async () => {
    const { name } = buildNvrpp()
    const ids: string[] = []
    for (let count = 0; count < 5; count++)
      ids.push(await api.create('/events', buildEvent(receiver, { name })))
    const found: string[] = []
    for (let after: string | undefined, pages = 0; ; pages++) {
      const args = { data: { name, success: true }, limit: 2, order: 'asc', ...(after && { after }) }
      const page = await reading.call('search_events', args)
      expect(page.events.length).toBeLessThanOrEqual(2)
      found.push(...page.events.map(({ id }: { id: string }) => id))
      if (page.next === undefined) {
        expect([pages, page.more]).toEqual([2, undefined])
        break
      }
      expect(page.more).toContain(page.next)
      after = page.next
    }
    expect(found).toEqual(ids)
    const newest = await writing.call('search_events', { data: { name }, limit: 1 })
    expect(newest.events).toMatchObject([{ id: ids[4], name, success: true }])
    expect(newest.events[0]).not.toHaveProperty('payload')
    const later = { data: { name }, created_after: '2100-01-01T00:00:00Z' }
    expect((await reading.call('search_events', later)).events).toEqual([])
  })

  it('stay within what an assistant can read, and say how to go on', async () => {
    const { name } = buildNvrpp()
    const big = { name, description: 'd'.repeat(255), version: 'v'.repeat(255), release: 'r'.repeat(255) }
    const body = Array.from({ length: 60 }, () => buildEvent(receiver, big))
    await api.post('/events/batch', body)
    const page = await reading.call('search_events', { data: { name }, limit: 100 })
    expect(page.events.length).toBeGreaterThan(10)
    expect(page.events.length).toBeLessThan(60)
    expect(JSON.stringify(page).length).toBeLessThan(45_000)
    const rest = await reading.call('search_events', { data: { name }, limit: 100, after: page.next })
    expect(page.events.length + rest.events.length).toBe(60)
  })

  it('find receivers and groups', async () => {
    const id = await api.create('/receivers', buildReceiver({ type: 'of.mcp' }))
    const receivers = await reading.call('search_receivers', { data: { type: 'of.mcp' } })
    expect(receivers.event_receivers).toMatchObject([{ id, type: 'of.mcp' }])
    expect(receivers.event_receivers[0]).not.toHaveProperty('schema')
    const group = await api.create('/groups', buildGroup([id], { name: 'of.mcp' }))
    const groups = await reading.call('search_groups', { data: { name: 'of.mcp' } })
    expect(groups.event_receiver_groups).toMatchObject([{ id: group, event_receiver_ids: [id] }])
    expect((await reading.call('search_groups')).event_receiver_groups.length).toBeGreaterThan(0)
  })

  it.each([
    [{ data: { nmae: 'x' } }, 'nmae'],
    [{ data: { success: 'yes' } }, 'success'],
    [{ limit: 0 }, 'limit'],
    [{ created_after: 'yesterday' }, 'created_after'],
  ])('say what is wrong with %j', async (args, word) => {
    expect(await reading.fail('search_events', args)).toContain(word)
  })
})

describe('group_status and artifact_history', () => {
  it('say why a gate is closed, and what happened', async () => {
    const names = ['tests', 'scan', 'signed']
    const ids = await Promise.all(
      names.map((name) => api.create('/receivers', buildReceiver({ name, type: `of.${name}` }))),
    )
    const [tests = '', scan = '', signed = ''] = ids
    const id = await api.create('/groups', buildGroup(ids, { name: 'gate', enabled: false }))
    const nvrpp = buildNvrpp()
    const record = (event_receiver_id: string, success: boolean) =>
      api.create('/events', buildEvent(event_receiver_id, { ...nvrpp, success }))
    const passed = await record(tests, true)
    const failed = await record(scan, false)
    const closed = await reading.call('group_status', { id, ...nvrpp })
    expect(closed).toMatchObject({
      group: { id, name: 'gate', enabled: false },
      state: 'failed',
      receivers: [
        { event_receiver_id: tests, name: 'tests', type: 'of.tests', state: 'passed', event_id: passed },
        { event_receiver_id: scan, state: 'failed', event_id: failed },
        { event_receiver_id: signed, state: 'missing', event_id: null },
      ],
    })
    const said = buildEvent(scan).description
    for (const word of [scan, failed, 'disabled', 'scan has failed, signed has no event', said]) {
      expect(closed.explanation).toContain(word)
    }
    expect(closed.explanation).not.toContain(tests)
    await record(scan, true)
    await record(signed, true)
    const open = await writing.call('group_status', { id: 'gate', ...nvrpp })
    expect(open).toMatchObject({ state: 'open', explanation: expect.stringContaining('open') })

    const history = await reading.call('artifact_history', nvrpp)
    const told = history.events.map(({ receiver_name, success }: Record<string, unknown>) => [
      receiver_name,
      success,
    ])
    expect(told).toEqual([
      ['tests', true],
      ['scan', false],
      ['scan', true],
      ['signed', true],
    ])
    expect((await reading.call('artifact_history', { name: nvrpp.name, limit: 1 })).next).toBe(passed)
    expect((await reading.call('artifact_history', { ...nvrpp, release: 'x' })).events).toEqual([])
    expect(await reading.fail('artifact_history', {})).toContain('name')
    expect(await reading.fail('group_status', { id: UNKNOWN_ID, ...nvrpp })).toContain('NOT_FOUND')
  })
})

describe('explain_gate and gate_matrix', () => {
  it('say what is lacking, what would open the gate, and how it came there', async () => {
    const ids = await Promise.all(
      ['bake', 'taste'].map((name) => api.create('/receivers', buildReceiver({ name }))),
    )
    const [bake = '', taste = ''] = ids
    const id = await api.create('/groups', buildGroup(ids, { name: 'serve' }))
    const nvrpp = buildNvrpp()
    const args = { group: 'serve', ...nvrpp }
    const record = (event_receiver_id: string, success: boolean) =>
      api.create('/events', buildEvent(event_receiver_id, { ...nvrpp, success }))

    const unknown = await reading.call('explain_gate', args)
    expect(unknown).toMatchObject({ group_id: id, state: 'missing', since: null, changes: [] })
    expect(unknown.to_open).toMatch(/^A success at bake@.* and at taste@.* opens it\. Nothing at all/)

    const failed = await record(bake, false)
    const closed = await writing.call('explain_gate', args)
    expect(closed).toMatchObject({
      group_name: 'serve',
      state: 'failed',
      lacking: [
        { event_receiver_id: bake, state: 'failed', event_id: failed },
        { event_receiver_id: taste, state: 'missing', event_id: null },
      ],
      changes: [{ state: 'failed', event_id: failed }],
    })
    expect(closed.explanation).toMatch(/^failed \d+s: bake has failed, taste has no event\./)
    expect(closed.to_open).toContain(taste)
    expect(closed.to_open).not.toContain('Nothing')
    await waitFor('the row', async () => {
      const { artifacts } = await reading.call('gate_matrix', { group: id })
      return artifacts.length === 1
    })
    const waiting = await reading.call('gate_matrix', { group: 'serve', order: 'waiting', state: ['failed'] })
    expect(waiting).toMatchObject({
      artifacts: [{ ...nvrpp, state: 'failed', explanation: expect.stringContaining('bake has failed') }],
      counts: { open: 0, failed: 1, missing: 0 },
      receivers: [{ id: bake, name: 'bake' }, { id: taste }],
    })

    await record(bake, true)
    const opened = await record(taste, true)
    const open = await reading.call('explain_gate', args)
    expect(open).toMatchObject({ state: 'open', lacking: [], to_open: expect.stringContaining('is open') })
    expect(open.changes.map(({ state }: { state: string }) => state)).toEqual(['failed', 'missing', 'open'])
    expect(open.changes.at(-1).event_id).toBe(opened)
    const at = open.changes[0].time
    expect((await reading.call('gate_matrix', { group: id, at })).artifacts).toMatchObject([
      { state: 'failed' },
    ])

    await api.create('/events', buildEvent(bake, { ...nvrpp, version: 'next' }))
    await waitFor('another row', async () => {
      const { counts } = await reading.call('gate_matrix', { group: id })
      return counts.missing === 1 && counts.open === 1
    })
    const first = await reading.call('gate_matrix', { group: id, limit: 1 })
    expect(first.more).toBe(`Call gate_matrix again with the same arguments and after=${first.next}.`)
    const second = await reading.call('gate_matrix', { group: id, limit: 1, after: first.next })
    expect([first, second].map(({ artifacts }) => artifacts[0].version)).toEqual(['next', nvrpp.version])
    expect(second).not.toHaveProperty('next')
  })

  it('fail with the reason', async () => {
    expect(await reading.fail('explain_gate', { group: 'none', ...buildNvrpp() })).toContain('NOT_FOUND')
    expect(await reading.fail('explain_gate', { group: 'serve', name: 'x' })).toContain('version')
    expect(await reading.fail('gate_matrix', { group: UNKNOWN_ID })).toContain('NOT_FOUND')
    expect(await reading.fail('gate_matrix', { group: 'serve', at: 'yesterday' })).toContain('at')
    expect(await reading.fail('gate_matrix', { group: 'serve', at: '2100-01-01T00:00:00Z' })).toContain(
      'future',
    )
  })
})

describe('find', () => {
  it('says what a text was taken for, and which call says more', async () => {
    const event = buildEvent(receiver, buildNvrpp())
    const id = await api.create('/events', event)
    expect(await reading.call('find', { text: id.toLowerCase() })).toEqual({
      found: [
        {
          hit: expect.objectContaining({ kind: 'event', id }),
          next: { tool: 'fetch_event', arguments: { id } },
        },
      ],
      taken_for: ['the id of an event, a receiver or a group'],
      tried: [],
      more: [],
      notes: [],
      history: null,
      notice: NOTICE,
    })
    const group = await api.create('/groups', buildGroup([receiver], { name: `group of ${id}` }))
    await waitFor('the artifact', async () => {
      const { found } = await writing.call('find', { text: `${event.name}@${event.version}` })
      return found.length === 1
    })
    for (const text of [event.name, receiver, group, `group of ${id}`, '1', '2026-01-01T00:00:00Z']) {
      const { found } = await writing.call('find', { text })
      expect([text, found.length > 0]).toEqual([text, true])
      for (const { next } of found) await reading.call(next.tool, next.arguments)
    }
    const nothing = await reading.call('find', { text: 'nowhere to be found' })
    expect(nothing).toMatchObject({
      found: [],
      taken_for: [],
      tried: [expect.any(String), expect.any(String)],
    })
    expect(await reading.fail('find', { text: 'pkg:npm' })).toContain('not a package URL')
  })
})

describe('delivery', () => {
  it('gives numbers, and the events that one was made of', async () => {
    const type = 'dev.cdevents.service.deployed.0.3.0'
    const deployer = await api.create('/receivers', buildReceiver({ name: 'deploy', type }))
    const event = buildEvent(deployer, { ...buildNvrpp(), success: true })
    const id = await api.create('/events', event)
    await waitFor('a deployment', async () => {
      const { total } = await reading.call('delivery')
      return total.deployments === 1
    })
    const answer = await writing.call('delivery', {
      name: event.name,
      metric: 'deployments',
      bucket: 'month',
    })
    expect(answer).toMatchObject({
      total: { deployments: 1, change_failures: { failed: 0, rate: 0 }, restore: { n: 0, median_ms: null } },
      environments: [{ environment: 'production', deployments: 1 }],
      events: [{ event_id: id, name: event.name, environment: 'production' }],
      no_data: null,
      rules_version: 0,
    })
    expect(answer.buckets.length).toBeGreaterThan(1)
    const none = await reading.call('delivery', { name: 'nobody' })
    expect(none).not.toHaveProperty('buckets')
    expect(none).not.toHaveProperty('events')
    expect(none.no_data).toEqual(expect.any(String))
    expect(await reading.fail('delivery', { from: 'yesterday' })).toContain('from')
    expect(await reading.fail('delivery', { time_zone: 'Nowhere' })).toContain('time_zone')
  })
})

describe('find_component', () => {
  it('says which artifacts have it, and what was not looked at', async () => {
    const payload = {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [{ type: 'library', name: 'left-pad', version: '1.3.0', purl: 'pkg:npm/left-pad@1.3.0' }],
    }
    const event = buildEvent(receiver, { payload })
    const id = await api.create('/events', event)
    await waitFor('the SBOM to be read', async () => {
      const { found } = await reading.call('find_component', { component: 'left-pad' })
      return found.length === 1
    })
    const { name, version, release, platform_id, package: pkg } = event
    expect(await writing.call('find_component', { component: 'left-pad@<2' })).toMatchObject({
      found: [
        {
          component: { name: 'left-pad', version: '1.3.0' },
          artifact: { name, version, release, platform_id, package: pkg },
          event_id: id,
        },
      ],
      taken_for: 'name',
      unread: { waiting: 0, broken: [] },
      notice: expect.stringContaining('data'),
    })
    expect(await reading.fail('find_component', { component: 'pkg:npm' })).toContain('not a package URL')
  })
})

describe('the create tools', () => {
  it('create, once each', async () => {
    const { id } = await writing.call('create_receiver', {
      receiver_data: buildReceiver({ type: 'of.write' }),
    })
    const { id: group, uri } = await writing.call('create_group', { group_data: buildGroup([id]) })
    expect(uri).toBe(`epr://groups/${group}`)
    const event = buildEvent(id)
    const created = await writing.call('create_event', { event_data: event })
    expect((await api.get(`/events/${created.id}`)).json.data[0]).toMatchObject(event)
    expect((await api.get(`/events?name=${event.name}`)).json.data).toHaveLength(1)
  })

  it('say what must be changed', async () => {
    const { id } = await writing.call('create_receiver', {
      receiver_data: buildReceiver({ schema: { required: ['passed'] } }),
    })
    const mismatch = await writing.fail('create_event', { event_data: buildEvent(id) })
    expect(mismatch).toMatch(/^PAYLOAD_MISMATCH.*passed.*fetch_receiver/s)
    // The words of the schema are its author's.
    expect(mismatch).toContain(NOTICE)
    const nobody = await writing.fail('create_event', { event_data: buildEvent(UNKNOWN_ID) })
    expect(nobody).toContain(UNKNOWN_ID)
    expect(await writing.fail('create_event', { event_data: buildEvent(id, { name: ' ' }) })).toContain(
      'name',
    )
    expect(await writing.fail('create_receiver', { receiver_data: buildReceiver({ schema: 5 }) })).toContain(
      'schema',
    )
  })
})

describe('resources and prompts', () => {
  it('events, receivers and groups are resources', async () => {
    const { resourceTemplates } = await reading.client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort()).toEqual([
      'epr://events/{id}',
      'epr://groups/{id}',
      'epr://receivers/{id}',
    ])
    const id = await api.create('/events', buildEvent(receiver))
    const { contents } = await reading.client.readResource({ uri: `epr://events/${id}` })
    const [content] = contents
    const text = content && 'text' in content ? content.text : ''
    expect(JSON.parse(text)).toEqual(await reading.call('fetch_event', { id }))
    const unknown = reading.client.readResource({ uri: `epr://groups/${UNKNOWN_ID}` })
    await expect(unknown).rejects.toThrow(/NOT_FOUND/)
  })

  it('the two questions are prompts that name the tools to use', async () => {
    const { prompts } = await reading.client.listPrompts()
    expect(prompts.map(({ title }) => title).sort()).toEqual([
      'What went into this release',
      'Why did this gate not open',
    ])
    const textOf = async (name: string, args: Record<string, string>) => {
      const { messages } = await reading.client.getPrompt({ name, arguments: args })
      const content = messages[0]?.content
      return content?.type === 'text' ? content.text : ''
    }
    const contents = await textOf('release_contents', { name: 'shop', version: '1.2.0' })
    expect(contents).toContain('{"name":"shop","version":"1.2.0"}')
    expect(contents).toContain('artifact_history')
    const gate = await textOf('closed_gate', { group: 'gate', ...buildNvrpp() })
    expect(gate).toContain('explain_gate')
    expect(gate).toContain('artifact_history')
  })
})

describe('trouble', () => {
  it('a server that is away is a tool error that says so', async () => {
    const away = await connect({ env: { EPR_URL: 'http://127.0.0.1:9', EPR_TOKEN: TOKEN } })
    try {
      expect(await away.fail('search_events')).toMatch(/UNAVAILABLE.*EPR_URL/s)
      await waitFor('the log', () => away.stderr().includes('search_events: UNAVAILABLE'))
      expect(away.stderr()).not.toContain(TOKEN)
    } finally {
      await away.close()
    }
  }, 60_000)

  it('no token is ever logged', () => {
    expect(reading.stderr()).toContain(`for ${server.url}, reading only`)
    expect(writing.stderr()).toContain('reading and writing')
    expect(reading.stderr() + writing.stderr()).not.toContain(TOKEN)
  })

  it.each([
    [['--url', 'nonsense'], /url/],
    [['--tokn', TOKEN], /not known/],
    [[TOKEN], /not known/],
    [['--token', `${TOKEN} \n`], /token/],
  ])('arguments that make no sense end it: %j', async (args, problem) => {
    const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk)
      })
    }
    expect(await once(child, 'close')).toEqual([2, null])
    expect(output).toMatch(problem)
    expect(output).not.toContain(TOKEN)
  })
})
