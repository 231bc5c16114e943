import { expect, it } from 'vitest'
import { runInProcess } from '../../test/in-process.js'

it('session revoke says where the ids are, and asks no server', async () => {
  const { code, stdout, stderr } = await runInProcess(['session', 'revoke', ''])
  const problem = 'epr-cli: name one session by its id: epr-cli session list has them\n'
  expect([code, stdout, stderr]).toEqual([2, '', problem])
})

it('session revoke repeats no session that is typed instead of its id', async () => {
  const { code, stderr } = await runInProcess(['session', 'revoke', 'eprs_3kq8zj2mSECRET'])
  const problem = 'that is a session and not its id: the eight characters behind eprs_ are'
  expect([code, stderr]).toEqual([2, `epr-cli: ${problem}\n`])
})

it('session revoke shows what it would end, and asks no server', async () => {
  const { code, stdout } = await runInProcess(['session', 'revoke', '3kq8zj2m', '--dry-run'])
  expect([code, JSON.parse(stdout)]).toEqual([0, { id: '3kq8zj2m' }])
})
