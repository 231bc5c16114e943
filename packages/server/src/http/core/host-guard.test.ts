import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EprError } from '@epr/model'
import { describe, expect, it } from 'vitest'
import { createHostGuard, isLocal, isLoopback } from './host-guard.js'
import { readTarget } from './request-target.js'

interface Asked {
  /** Headers `Host`, none by default. */
  hosts?: string[]
  target?: string
  /** The address at which the request has arrived. */
  at?: string
}

/** What the guard says of a request: 'served', or the code that it refuses with. */
function judge(
  guarded: { host: string; allowedHosts?: string[]; publicUrl?: string },
  { hosts = [], target = '/api/v1/events', at = '127.0.0.1' }: Asked,
) {
  const guard = createHostGuard({ allowedHosts: [], ...guarded })
  const rawHeaders = hosts.flatMap((host) => ['Host', host])
  const request = { url: target, rawHeaders, headers: { host: hosts[0] }, socket: { localAddress: at } }
  try {
    const { url, authority } = readTarget(request as unknown as IncomingMessage)
    const state = { requestId: '', authority, headers: [], isStream: false }
    guard({ ...request, url } as unknown as IncomingMessage, {} as ServerResponse, state)
    return 'served'
  } catch (error) {
    return (error as EprError).code
  }
}

const LOOPBACK = { host: 'localhost' }
const OPEN = { host: '0.0.0.0', allowedHosts: ['epr.example.com', 'München.Example', '192.0.2.7'] }

describe('a request that names the host', () => {
  it.each<[string, 'served' | string]>([
    ['localhost', 'served'],
    ['LocalHost:8042', 'served'],
    ['localhost.', 'served'],
    ['localhost.:80', 'served'],
    ['localhost:', 'served'],
    ['127.0.0.1', 'served'],
    ['127.0.1.1:8042', 'served'],
    ['127.255.255.254', 'served'],
    ['127.1', 'served'],
    ['[::1]', 'served'],
    ['[::1]:8042', 'served'],
    ['[0:0:0:0:0:0:0:1]', 'served'],
    ['[::ffff:127.0.0.1]:1', 'served'],
    ['[::FFFF:7f00:1]', 'served'],
    ['', 'served'],
    ['evil.example', 'PERMISSION_DENIED'],
    ['localhost.evil.example', 'PERMISSION_DENIED'],
    ['127.0.0.1.evil.example', 'PERMISSION_DENIED'],
    ['evil.example:8042', 'PERMISSION_DENIED'],
    ['10.0.0.1', 'PERMISSION_DENIED'],
    ['[2001:db8::1]', 'PERMISSION_DENIED'],
    ['[::ffff:10.0.0.1]', 'PERMISSION_DENIED'],
    ['128.0.0.1', 'PERMISSION_DENIED'],
    ['0.0.0.0', 'PERMISSION_DENIED'],
    ['evil.example@localhost', 'INVALID_ARGUMENT'],
    ['localhost@evil.example', 'INVALID_ARGUMENT'],
    ['localhost/evil', 'INVALID_ARGUMENT'],
    ['localhost#evil', 'INVALID_ARGUMENT'],
    ['local host', 'INVALID_ARGUMENT'],
    ['localhost:80:80', 'INVALID_ARGUMENT'],
    ['localhost:http', 'INVALID_ARGUMENT'],
    ['::1', 'INVALID_ARGUMENT'],
    ['[::1', 'INVALID_ARGUMENT'],
    ['[zz]', 'INVALID_ARGUMENT'],
    ['127.0.0.256', 'INVALID_ARGUMENT'],
    ['localhost, evil.example', 'INVALID_ARGUMENT'],
  ])('%j of a server on localhost: %s', (host, answer) => {
    expect(judge(LOOPBACK, { hosts: [host] })).toBe(answer)
  })

  it.each<[string, string, 'served' | string]>([
    ['epr.example.com', '10.1.2.3', 'served'],
    ['EPR.Example.com.:443', '10.1.2.3', 'served'],
    ['xn--mnchen-3ya.example', '10.1.2.3', 'served'],
    ['192.0.2.7:80', '10.1.2.3', 'served'],
    // Its own addresses, as the request has come by them.
    ['10.1.2.3:8042', '10.1.2.3', 'served'],
    ['10.1.2.3', '::ffff:10.1.2.3', 'served'],
    ['[::ffff:10.1.2.3]', '10.1.2.3', 'served'],
    ['[2001:DB8::5]:8042', '2001:db8::5', 'served'],
    ['[fe80::1]', 'fe80::1%eth0', 'served'],
    ['0.0.0.0:8042', '127.0.0.1', 'served'],
    ['localhost', '127.0.0.1', 'served'],
    ['10.1.2.4', '10.1.2.3', 'PERMISSION_DENIED'],
    ['example.com', '10.1.2.3', 'PERMISSION_DENIED'],
    ['evil.epr.example.com', '10.1.2.3', 'PERMISSION_DENIED'],
    ['epr.example.com.evil.example', '10.1.2.3', 'PERMISSION_DENIED'],
  ])('%j of a server that names hosts, arriving at %s: %s', (host, at, answer) => {
    expect(judge(OPEN, { hosts: [host], at })).toBe(answer)
  })

  it.each([
    ['127.0.1.1', '127.0.1.1:8042'],
    ['::1', '[::1]:8042'],
    ['::ffff:127.0.0.1', '[::ffff:127.0.0.1]'],
    ['127.0.0.1', 'localhost'],
  ])('of one that listens on %s: %s', (host, name) => {
    expect(isLoopback(host)).toBe(true)
    expect(judge({ host }, { hosts: [name] })).toBe('served')
    expect(judge({ host }, { hosts: ['evil.example'] })).toBe('PERMISSION_DENIED')
  })

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.evil.example', 'epr.example.com'])(
    'is not looked at on %s, which others reach, while no hosts are named',
    (host) => {
      expect(isLoopback(host)).toBe(false)
      expect(judge({ host }, { hosts: ['anything.example'] })).toBe('served')
    },
  )
})

describe('a request target', () => {
  it.each([
    ['http://localhost:8042/api/v1/events', 'evil.example', 'served'],
    ['HTTP://LOCALHOST/api/v1/events?a=b', 'evil.example', 'served'],
    ['http://evil.example/api/v1/events', 'localhost', 'PERMISSION_DENIED'],
    ['https://evil.example:443', 'localhost', 'PERMISSION_DENIED'],
    ['http://localhost@evil.example/', 'localhost', 'INVALID_ARGUMENT'],
  ])('%s counts, and not Host: %s', (target, host, answer) => {
    expect(judge(LOOPBACK, { hosts: [host], target })).toBe(answer)
  })

  it('with more than one Host is refused', () => {
    expect(judge(LOOPBACK, { hosts: ['localhost', 'localhost'] })).toBe('INVALID_ARGUMENT')
  })

  it.each([
    '/healthz/liveness',
    '/healthz/readiness/',
    '/healthz/status?x',
    '/metrics',
    '/metrics/',
    'http://a.example/metrics',
  ])('%s is served whatever host is named, or none', (target) => {
    for (const hosts of [[], [''], ['10.9.8.7:8042'], ['kube-probe.example'], ['a b']])
      expect(judge(OPEN, { hosts, target })).toBe('served')
  })

  it.each(['/api/v1/events', '/metricsx', '/healthz', '/x/metrics', '/healthz/../api/v1/events'])(
    '%s is not one of those',
    (target) => {
      expect(judge(OPEN, { hosts: ['evil.example'], target })).toBe('PERMISSION_DENIED')
    },
  )

  it.each([
    ['/api/v1/events', '/api/v1/events'],
    ['/api/v1/%65vents?name=%65', '/api/v1/events?name=%65'],
    ['/api/v1/events/%2f%7e%C3%a9', '/api/v1/events/%2F~%C3%A9'],
    ['http://h/api/v1/events?a=b?c', '/api/v1/events?a=b?c'],
    ['http://h', '/'],
    ['http://h?a', '/?a'],
    ['/api/v1/events/%zz', '/api/v1/events/%zz'],
  ])('%s is %s', (url, expected) => {
    const request = { url, headers: {}, rawHeaders: [] } as unknown as IncomingMessage
    expect(readTarget(request).url).toBe(expected)
  })
})

describe('the public URL', () => {
  const published = { ...LOOPBACK, publicUrl: 'https://epr.example.com:8443' }

  it('is served by its name beside others, and refuses none that was served without it', () => {
    expect(judge(published, { hosts: ['epr.example.com'] })).toBe('served')
    expect(judge(published, { hosts: ['localhost'] })).toBe('served')
    expect(judge(published, { hosts: ['evil.example'] })).toBe('PERMISSION_DENIED')
    const everywhere = { host: '0.0.0.0', publicUrl: published.publicUrl }
    expect(judge(everywhere, { hosts: ['epr.internal'] })).toBe('served')
  })

  it('says that others reach the server, unless it is this machine', () => {
    expect(isLocal({ ...LOOPBACK, allowedHosts: [] })).toBe(true)
    expect(isLocal({ ...LOOPBACK, allowedHosts: [], publicUrl: 'http://localhost:8042' })).toBe(true)
    expect(isLocal({ ...published, allowedHosts: [] })).toBe(false)
  })
})
