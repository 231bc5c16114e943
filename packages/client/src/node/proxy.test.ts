import { expect, it } from 'vitest'
import { proxyOf } from './proxy.js'

const PROXY = 'http://proxy.test:3128'

function of(url: string, env: Record<string, string>): string | undefined {
  return proxyOf(new URL(url), env)?.href.replace(/\/$/, '')
}

it.each<[string, Record<string, string>, string | undefined]>([
  ['http://epr.test', { http_proxy: PROXY }, PROXY],
  ['http://epr.test', { HTTP_PROXY: PROXY }, PROXY],
  ['http://epr.test', { http_proxy: '', HTTP_PROXY: PROXY }, PROXY],
  ['http://epr.test', { http_proxy: 'proxy.test:3128' }, PROXY],
  ['http://epr.test', { https_proxy: PROXY }, undefined],
  ['https://epr.test', { https_proxy: PROXY, http_proxy: 'http://other' }, PROXY],
  ['https://epr.test', { ALL_PROXY: PROXY }, PROXY],
  ['http://epr.test', {}, undefined],
  ['http://epr.test', { http_proxy: '' }, undefined],
  ...['http://localhost:8042', 'http://127.0.1.1', 'http://[::1]:8042'].map(
    (url): [string, Record<string, string>, undefined] => [url, { http_proxy: PROXY }, undefined],
  ),
])('%s with %j is reached by %s', (url, env, proxy) => expect(of(url, env)).toBe(proxy))

it.each<[string, string, boolean]>([
  ['epr.test', 'epr.test', true],
  ['a.epr.test', 'epr.test', true],
  ['a.epr.test', '.epr.test', true],
  ['a.epr.test', '*.epr.test', true],
  ['EPR.test', 'other, Epr.TEST', true],
  ['epr.test:8042', 'epr.test:8042', true],
  ['epr.test:8042', 'epr.test:80', false],
  ['epr.test', 'epr.test:80', true],
  ['notepr.test', 'epr.test', false],
  ['epr.test', '*', true],
  ['epr.test', '', false],
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['[fd00::1]:80', 'fd00::/8', true],
  ['[fd00::1]', '[fd00::1]:80', true],
  ['10.1.2.3', '2.3', false],
])('%s is reached directly with no_proxy=%s: %s', (host, entries, isDirect) => {
  expect(of(`http://${host}`, { http_proxy: PROXY, no_proxy: entries })).toBe(isDirect ? undefined : PROXY)
})
