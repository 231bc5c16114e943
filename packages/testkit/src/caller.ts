/**
 * Whoever calls the servers of this run. They ask nobody, unless EPR_TEST_AUTH=required says that they ask all: then
 * their key is in EPR_TOKEN, where programs of users find it too (vitest's project `with-key` sets both).
 */
export interface Caller {
  /** The key, which is an admin's. */
  readonly key: string | undefined
  /** For programs that do not get the environment of the tests. */
  readonly env: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** Who stands on what they have recorded. */
  readonly actor: { id: string; type: string; label: string } | null
}

const anybody: Caller = { key: undefined, env: {}, headers: {}, actor: null }

const admin = (key: string): Caller => ({
  key,
  env: { EPR_TOKEN: key },
  headers: { authorization: `Bearer ${key}` },
  actor: { id: 'key:admin', type: 'api_key', label: 'admin' },
})

function readCaller({ EPR_TEST_AUTH: auth, EPR_TOKEN: key }: NodeJS.ProcessEnv): Caller {
  if (auth !== 'required') return anybody
  if (!key) throw new Error('EPR_TEST_AUTH=required needs a key in EPR_TOKEN: epr-server key draw prints one')
  return admin(key)
}

export const caller: Caller = readCaller(process.env)
