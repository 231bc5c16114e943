import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SETTINGS } from '@epr/model'
import { BOOLEAN_CASES, DURATION_CASES } from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { environmentNames, readConfig } from './config.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'epr-config-'))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true, force: true })
})

/** Reads with a home directory of the test's own. */
const read = (args: string[] = []) => readConfig(args, { XDG_CONFIG_HOME: directory }, '0')
const writeFile = (text: string, name = 'epr.yaml') => {
  const file = join(directory, name)
  writeFileSync(file, text)
  return file
}

describe('the configuration', () => {
  it('has defaults that serve this machine only', () => {
    expect(read()).toMatchObject({
      host: 'localhost',
      port: 8042,
      brokers: [],
      topic: 'epr.dev.events',
      jsonLogging: false,
      maxBodyBytes: 16 * 1024 * 1024,
      maxReceivingBytes: 64 * 1024 * 1024,
      maxQueuedBytes: 64 * 1024 * 1024,
      maxWaitingBytes: 64 * 1024 * 1024,
      maxPageBytes: 8 * 1024 * 1024,
      maxGraphqlBytes: 16 * 1024 * 1024,
      messageRetentionMs: 7 * 24 * 60 * 60 * 1000,
      allowedHosts: [],
      corsOrigins: [],
    })
  })

  it('has its data where the environment says, unless a flag names another place', () => {
    const env = { XDG_CONFIG_HOME: directory, XDG_DATA_HOME: '/data' }
    expect(readConfig([], env, '0').db).toBe('/data/epr')
    expect(readConfig(['--db', './mine'], env, '0').db).toBe('./mine')
  })

  it('takes a flag before the environment before the file', () => {
    const file = writeFile('port: 1111\nhost: 0.0.0.0\ntopic: from-file\nurl: the-cli-has-this-one\n')
    vi.stubEnv('EPR_PORT', '2222')
    vi.stubEnv('EPR_HOST', '127.0.0.1')
    expect(read(['--config', file, '--port', '3333'])).toMatchObject({
      port: 3333,
      host: '127.0.0.1',
      topic: 'from-file',
    })
  })

  it('reads the default file when it is there, lists and booleans included', () => {
    const config = () => readConfig([], { HOME: directory, XDG_CONFIG_HOME: join(directory, 'config') }, '0')
    expect(config().jsonLogging).toBe(false)
    expect(read(['--config', writeFile('json-logging: True\n')]).jsonLogging).toBe(true)
    rmSync(join(directory, 'config'), { recursive: true, force: true })
    const file = writeFile('json-logging: true\nallowed-hosts: [a.test, b.test]\nmessage-retention: 2h\n')
    expect(read(['--config', file])).toMatchObject({
      jsonLogging: true,
      allowedHosts: ['a.test', 'b.test'],
      messageRetentionMs: 2 * 60 * 60 * 1000,
    })
  })

  it('lets a boolean flag be said in every way', () => {
    expect(read(['--debug']).debug).toBe(true)
    expect(read(['--debug', 'false']).debug).toBe(false)
    vi.stubEnv('EPR_DEBUG', 'true')
    expect(read().debug).toBe(true)
    expect(read(['--debug=false']).debug).toBe(false)
  })

  it('takes an empty variable for one that is not set, whatever its flag', () => {
    const file = writeFile('topic: from-file\n')
    const unset = read(['--config', file])
    for (const name of environmentNames()) vi.stubEnv(name, '')
    expect(read(['--config', file])).toEqual(unset)
  })

  it.each(['0123', '1e5', '0x1F', '12345678901234567890', '1.10'])(
    'takes %s in the file as it is written',
    (text) => {
      expect(read(['--config', writeFile(`topic: ${text}\nport:\ndb: ~\n`)])).toMatchObject({
        topic: text,
        port: 8042,
      })
    },
  )

  it('takes the public URL as an origin, in one spelling', () => {
    expect(read().publicUrl).toBeUndefined()
    expect(read(['--public-url', 'HTTPS://EPR.example.com:443/']).publicUrl).toBe('https://epr.example.com')
    expect(read(['--public-url', 'http://localhost:8042']).publicUrl).toBe('http://localhost:8042')
  })

  it.each([
    'epr.example.com',
    'ftp://epr.example.com',
    'https://epr.example.com/epr',
    'https://epr.example.com/?',
    'https://epr.example.com?a=b',
    'https://epr.example.com#top',
    'https://user:secret@epr.example.com',
    'https://',
  ])('refuses %s as the public URL, and shows no password', (url) => {
    expect(() => read(['--public-url', url])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.not.stringContaining('secret') }),
    )
    expect(JSON.stringify(vi.mocked(process.stderr.write).mock.calls)).not.toContain('secret')
  })

  it.each([
    ['an unknown flag', ['--nothing']],
    ['a port out of range', ['--port', '70000']],
    ['a size that is not a number', ['--max-body-bytes', '1MB']],
    ['an argument', ['serve']],
    ['a key without its certificate', ['--tls-key', 'key.pem']],
  ])('refuses %s', (_, args) => {
    expect(() => read(args)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it.each([
    ['broken YAML', 'port: [1'],
    ['a list', '- 1'],
    ['a bad value', 'port: many'],
    ['a map for a value', 'port: {a: 1}'],
    ['a map in a list', 'brokers: [{a: 1}]'],
    ['a list where one value is wanted', 'port: [1, 2]'],
    ['a key twice', 'port: 1\nport: 2'],
    ['a key that no program knows', 'port: 1\nhots: localhost'],
  ])('refuses a file with %s, and names it', (_, text) => {
    const file = writeFile(text)
    expect(() => read(['--config', file])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('--config') }),
    )
  })
})

it('the settings that a file may hold are the flags of the program', () => {
  const flags = environmentNames().map((name) => name.replace(/^EPR_/, '').toLowerCase().replaceAll('_', '-'))
  expect([...SETTINGS['epr-server']].sort()).toEqual(flags.filter((name) => name !== 'config').sort())
})

describe('a file that the command line reads too', () => {
  const readFile = (content: string) => read(['--config', writeFile(content)])
  const REFUSED = expect.objectContaining({ code: 'INVALID_ARGUMENT' })

  it.each(DURATION_CASES)('says with %j how long, or is refused', (written, ms) => {
    const config = () => readFile(`message-retention: "${written}"`)
    if (ms === null) expect(config).toThrow(REFUSED)
    else expect(config().messageRetentionMs).toBe(ms)
  })

  it.each(BOOLEAN_CASES)('says with %s yes or no, or is refused', (written, value) => {
    const config = () => readFile(`debug: ${written}`)
    if (value === null) expect(config).toThrow(REFUSED)
    else expect(config().debug).toBe(value)
  })
})
