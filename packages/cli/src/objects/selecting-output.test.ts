import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runInProcess } from '../../test/in-process.js'

const ID = '01HKX0J9KS8AASMRYX61458N41'
const FEATURES = { 'epr-features': 'idempotency-key, batch, cursor, feed, group-status' }
const about = { name: 'tests', type: 't', version: '1', description: 'd', fingerprint: 'f', created_at: 'x' }
const receiver = { id: ID, ...about, schema: {} }
const CREATE = 'receiver create --name n --type t --version 1 --description d'.split(' ')

function answerTo(url: string, method: string | undefined): object {
  if (url.includes('/healthz/')) return { service: 'epr', version: '1' }
  if (url.endsWith('/graphql/query'))
    return { data: { event_receivers: [receiver, { ...receiver, name: 'scan' }] } }
  return { data: method === 'POST' ? ID : [receiver] }
}

beforeEach(() => {
  vi.stubGlobal('fetch', async (input: unknown, { method }: RequestInit = {}) =>
    Response.json(answerTo(String(input), method), { headers: FEATURES }),
  )
})
afterEach(() => vi.unstubAllGlobals())

it.each<[string[], string]>([
  [[...CREATE, '--jsonpath', '{.data}'], `${ID}\n`],
  [[...CREATE, '--jsonpath', '$.data', '--no-indent'], `${ID}\n`],
  [[...CREATE, '--jsonpath', '$..data', '--no-indent'], `["${ID}"]\n`],
  [['receiver', 'get', ID, '--jsonpath', '$.schema'], '{}\n'],
  [[...CREATE, '-q'], `${ID}\n`],
  [['receiver', 'get', ID, '--jsonpath', '{.name}'], 'tests\n'],
  [['receiver', 'get', ID, '--jsonpath', '{ .schema }'], '{}\n'],
  [['receiver', 'get', ID, '--jsonpath', '{$.name}', '-o', 'table'], 'tests\n'],
  [['receiver', 'get', ID, '-q'], `${ID}\n`],
  [['receiver', 'search', '--jsonpath', '{.items[*].name}'], 'tests scan\n'],
  [['receiver', 'search', '--jsonpath', '{[0].name}'], 'tests\n'],
  [['receiver', 'search', '--jsonpath', "$[0]['name']"], 'tests\n'],
  [['receiver', 'search', '--jsonpath', '$[*].name', '-o', 'ndjson'], '"tests"\n"scan"\n'],
  [['receiver', 'search', '-q'], `${ID}\n${ID}\n`],
  [['status', '--jsonpath', '{.version}'], '1\n'],
])('%j prints %j', async (args, stdout) => {
  expect(await runInProcess(args)).toEqual({ code: 0, stdout, stderr: '' })
})

it.each<[string[], number, string]>([
  [['receiver', 'get', ID, '--jsonpath', '{.nothing}'], 3, 'finds nothing'],
  [['receiver', 'get', ID, '--jsonpath', '$.nothing'], 3, 'finds nothing'],
  [['receiver', 'search', '--jsonpath', '{.items[*].nothing}'], 3, 'finds nothing'],
  [['receiver', 'get', ID, '--jsonpath', '{.a}{.b}'], 2, 'one path in braces'],
  [['receiver', 'get', ID, '--jsonpath', ''], 2, 'must not be blank'],
  [['receiver', 'get', ID, '--jsonpath', '{}'], 2, 'must not be blank'],
  [['receiver', 'get', ID, '--jsonpath', '$[?(@.name)]'], 2, 'not run'],
])('%j is refused with %i', async (args, code, problem) => {
  expect(await runInProcess(args)).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(problem),
  })
})
