import { expect, it } from 'vitest'
import type { Connection } from '../storage/database.js'
import { createAccess } from './access.js'
import { drawKey, hashKey } from './key-text.js'

/** A database of one key, whose answers wait until they are let go. */
function createWorld() {
  const key = drawKey()
  let version = '1'
  let isGood = true
  let held: Promise<void> | undefined
  const connection: Connection = {
    async query<Row extends object>(statement: string | { text: string }) {
      const text = typeof statement === 'string' ? statement : statement.text
      const row = { id: key.id, name: 'ci', hash: hashKey(key.text), is_admin: true, expires_at: null }
      const answers: readonly [part: string, rows: object[]][] = [
        ['as had', [{ had: true }]],
        ['from access_keys', isGood ? [row] : []],
        ['from access_version', [{ version }]],
        ['from policies', []],
        ['from issuers', []],
        ['from sessions', []],
      ]
      const [, rows = []] = answers.find(([part]) => text.includes(part)) ?? []
      await held
      return rows as Row[]
    },
  }
  return {
    key,
    access: createAccess({
      connection,
      mode: 'auto',
      isLocal: true,
      audience: undefined,
      onError: () => undefined,
    }),
    revoke() {
      version = '2'
      isGood = false
    },
    hold(answers: Promise<void> | undefined) {
      held = answers
    },
  }
}

it('does not let a revoked key in again when what was read before comes after what was read later', async () => {
  const world = createWorld()
  await world.access.reload()
  const request = { headers: { authorization: `Bearer ${world.key.text}` } }
  expect((await world.access.authenticate(request)).id).toBe('key:ci')

  let letGo: () => void = () => undefined
  world.hold(
    new Promise((resolve) => {
      letGo = resolve
    }),
  )
  const early = world.access.reload()
  world.hold(undefined)
  world.revoke()
  await world.access.reload()
  letGo()
  await early
  expect(() => world.access.authenticate(request)).toThrow(
    expect.objectContaining({ code: 'UNAUTHENTICATED' }),
  )
})
