import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { EprError } from '@epr/model'
import type { PostgresBinaries } from './postgres-binaries.js'
import { lastFailure, runCommand } from './run-command.js'

/** The ways to run PostgreSQL, which refuses to run as root, when we are root. */
export type RootWay = 'user-namespace' | 'other-user'

/** As whom PostgreSQL runs. */
export interface PostgresUser {
  readonly way: RootWay | 'direct'
  /** Who must own the data on disk. */
  readonly ownerId: number
  /** The command that runs `command` as that user, in the same process (every wrapper ends in exec). */
  wrap(command: readonly string[]): string[]
}

export interface PostgresUserOptions {
  readonly binaries: PostgresBinaries
  readonly env: Record<string, string>
  /** It must be writable for that user. */
  readonly directory: string
  /** @default ['user-namespace', 'other-user'], the first that works */
  readonly rootWays?: readonly RootWay[] | undefined
}

/**
 * Finds a way to run PostgreSQL here, by trying it. Both ways for root reach binaries and data below
 * directories that only root may enter.
 */
export async function findPostgresUser(options: PostgresUserOptions): Promise<PostgresUser> {
  const failures: string[] = []
  for (const user of candidates(options.rootWays)) {
    const failure = await probe(user, options)
    if (failure === undefined) return user
    failures.push(`${user.way}: ${failure}`)
  }
  throw await explain(failures, options)
}

function candidates(rootWays: readonly RootWay[] = ['user-namespace', 'other-user']): PostgresUser[] {
  const uid = process.getuid?.() ?? -1
  const account = findOrdinaryAccount()
  if (uid !== 0) {
    // A uid without a name (OpenShift, `docker run --user 12345`): initdb wants to know its name.
    return hasName() || account === undefined ? [direct(uid)] : [userNamespace(uid, account)]
  }
  if (account === undefined) return []
  return rootWays.map((way) => (way === 'user-namespace' ? userNamespace(uid, account) : otherUser(account)))
}

function direct(uid: number): PostgresUser {
  return { way: 'direct', ownerId: uid, wrap: (command) => [...command] }
}

/** We stay who we are on disk, and are somebody else for the process. Containers often forbid it. */
function userNamespace(uid: number, account: Account): PostgresUser {
  const prefix = ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--']
  return { way: 'user-namespace', ownerId: uid, wrap: (command) => [...prefix, ...command] }
}

/**
 * Another user who may pass our directories: the capability is what root had. Without no_setuid_fixup
 * access(2), by which initdb looks for its programs, would not count it.
 */
function otherUser(account: Account): PostgresUser {
  const prefix = [
    'setpriv',
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
    '--',
  ]
  return { way: 'other-user', ownerId: account.uid, wrap: (command) => [...prefix, ...command] }
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/** An account that is not root's: PostgreSQL's own where there is one, else nobody's, else any. */
function findOrdinaryAccount(): Account | undefined {
  const accounts = readPasswd()
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0)
  const named = (name: string) => accounts.find((account) => account.name === name)
  return named('postgres') ?? named('nobody') ?? accounts[0]
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

/** Undefined when it works, else why not. */
async function probe(user: PostgresUser, options: PostgresUserOptions): Promise<string | undefined> {
  const { binaries, directory, env } = options
  const script = 'test -w "$1" && cd "$1" && exec "$2" --version'
  const command = user.wrap(['/bin/sh', '-c', script, 'sh', directory, binaries.postgres])
  const { code, output } = await runCommand(command, { env, timeoutMs: 10_000 })
  if (code === 0) return undefined
  return lastFailure(output) ?? `no write access to ${directory}`
}

async function explain(failures: string[], { binaries, env }: PostgresUserOptions): Promise<EprError> {
  const plain = await runCommand([binaries.postgres, '--version'], { env, timeoutMs: 10_000 })
  if (plain.code !== 0) {
    return new EprError(
      'UNAVAILABLE',
      `the PostgreSQL binaries in ${binaries.root} do not run on this system (${lastFailure(plain.output) ?? plain.code}); they need glibc, so not Alpine: use --db postgres://…`,
    )
  }
  if (process.getuid?.() !== 0) {
    return new EprError(
      'UNAVAILABLE',
      `PostgreSQL does not run as this user (${failures.join('; ')}): use --db postgres://…`,
    )
  }
  const tried = failures.length === 0 ? 'no other account in /etc/passwd' : failures.join('; ')
  return new EprError(
    'UNAVAILABLE',
    `PostgreSQL refuses to run as root, and no way around it works here (${tried}): start epr-server as an ordinary user, or use --db postgres://…`,
  )
}
