import { expect, it } from 'vitest'
import { runInProcess } from '../../test/in-process.js'

it.each([
  [['policies', 'shop-ci'], 'the kind "policies" is not known: there are policy and issuer'],
  [['policy', ' '], 'name one policy: epr-cli access list has them'],
  [['issuer', ''], 'name one issuer: epr-cli access list --issuers has them'],
])('access delete %j says what it takes, and asks no server', async (args, problem) => {
  const { code, stdout, stderr } = await runInProcess(['access', 'delete', ...args])
  expect([code, stdout, stderr]).toEqual([2, '', `epr-cli: ${problem}\n`])
})

it('access delete shows what it would take away, and asks no server', async () => {
  const { code, stdout } = await runInProcess(['access', 'delete', 'issuer', 'ci', '--dry-run'])
  expect([code, JSON.parse(stdout)]).toEqual([0, { kind: 'issuer', name: 'ci' }])
})
