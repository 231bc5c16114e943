import { expect, it } from 'vitest'
import { lastFailure } from './run-command.js'

it('finds the last FATAL line, without its timestamp', () => {
  const output = [
    '2026-11-23 10:35:54.845 UTC [4194] LOG:  starting PostgreSQL 18.4',
    '2026-11-23 10:35:54.846 UTC [4194] FATAL:  could not map shared memory',
    '2026-11-23 10:35:54.846 UTC [4194] LOG:  database system is shut down',
  ].join('\n')
  expect(lastFailure(output)).toBe('FATAL:  could not map shared memory')
})

it('finds the line that names the error, among others', () => {
  const output =
    'running bootstrap script ... initdb: error: no space\ninitdb: removing data directory "/x"\n'
  expect(lastFailure(output)).toBe('running bootstrap script ... initdb: error: no space')
})

it('takes the last line when none names an error', () => {
  expect(lastFailure('one\ntwo\n\n')).toBe('two')
  expect(lastFailure('')).toBeUndefined()
})
