import { expect, it } from 'vitest'
import { resolveName } from './resolve-name.js'

const ID = '01HKX0J9KS8AASMRYX61458N41'
const ALL = [
  { id: '1', name: 'tests', version: '1.0.0' },
  { id: '2', name: 'scan', version: '1' },
  { id: '3', name: 'scan', version: '2' },
  { id: '4', name: '@acme/scan', version: '1' },
  { id: '5', name: 'a@b', version: '1' },
  { id: '6', name: 'a', version: 'b' },
  { id: '7', name: 'twice', version: '1' },
  { id: '8', name: 'twice', version: '1' },
]

const resolve = (label: string) =>
  resolveName('event receiver', label, async ({ name, version }) =>
    ALL.filter((each) => each.name === name && (version === undefined || each.version === version)),
  )

it.each([
  ['tests', '1'],
  ['tests@1.0.0', '1'],
  ['scan@2', '3'],
  ['@acme/scan', '4'],
  ['@acme/scan@1', '4'],
  ['a@b@1', '5'],
  [ID, ID],
])('%j is %s', async (label, id) => expect(await resolve(label)).toBe(id))

it.each([
  ['scan', ['scan@1 (2)', 'scan@2 (3)']],
  ['a@b', ['a@b@1 (5)', 'a@b (6)']],
  ['twice@1', ['twice@1 (7)', 'twice@1 (8)']],
])('%j is refused with all that bear it', async (label, details) => {
  const message = expect.stringContaining(details.join(', '))
  await expect(resolve(label)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message, details })
})

it.each(['nobody', 'tests@2', '@', 'tests@', '@1.0.0'])('%j is not found', async (label) => {
  await expect(resolve(label)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining(label),
  })
})

it('refuses a blank name', async () => {
  await expect(resolve(' ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
