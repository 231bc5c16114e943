import { expect, it } from 'vitest'
import { settingsProblem } from './setting.js'

it.each([
  ['urll', 'url'],
  ['uri', 'url'],
  ['tokn', 'token'],
  ['Url', 'url'],
  ['no_indent', 'no-indent'],
  ['jsonLogging', 'json-logging'],
  ['broker', 'brokers'],
  ['tls-certificate', 'tls-cert'],
  ['', 'db'],
])('says of the key %j that %s may be meant', (key, meant) => {
  expect(settingsProblem(['url', key])).toBe(
    `there is no setting ${JSON.stringify(key)}, did you mean ${meant}?`,
  )
})

it('takes the keys of all programs, and names all that are wrong', () => {
  expect(settingsProblem(['url', 'port', 'debug'])).toBeUndefined()
  expect(settingsProblem([])).toBeUndefined()
  expect(settingsProblem(['a', 'b'])).toMatch(/"a".*"b"/)
})
