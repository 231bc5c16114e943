import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { UsageError } from '../exit/usage-error.js'

/** A session that somebody has logged in to. */
export interface StoredSession {
  token: string
  /** RFC 3339. */
  expires_at: string
}

const fileSchema = z.record(z.string(), z.object({ token: z.string(), expires_at: z.string() }))

/** Only its owner may read it. */
const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700

const fileOf = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || '/', '.config'), 'epr', 'sessions.json')

/** Sessions are of a server: one is sent to no other. */
const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined)

async function readAll(env: NodeJS.ProcessEnv): Promise<z.infer<typeof fileSchema>> {
  const file = fileOf(env)
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw new UsageError(`cannot read the sessions in ${file}: remove it, and log in again`, error)
  }
}

/** Whole or not at all, also when two programs write at once. */
async function writeAll(env: NodeJS.ProcessEnv, sessions: z.infer<typeof fileSchema>): Promise<void> {
  const file = fileOf(env)
  const beside = `${file}.${process.pid}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: DIRECTORY_MODE })
    await writeFile(beside, `${JSON.stringify(sessions, null, 2)}\n`, { mode: FILE_MODE })
    await chmod(beside, FILE_MODE)
    await rename(beside, file)
  } catch (error) {
    throw new UsageError(`cannot write the session to ${file}: ${(error as Error).message}`, error)
  }
}

/** The session that there is for a server; undefined for none, or one that is over. */
export async function readSession(url: string, env: NodeJS.ProcessEnv): Promise<StoredSession | undefined> {
  const origin = originOf(url)
  const session = origin === undefined ? undefined : (await readAll(env))[origin]
  return session && Date.parse(session.expires_at) > Date.now() ? session : undefined
}

/** Keeps a session for a server, or forgets the one that there is. */
export async function keepSession(
  url: string,
  env: NodeJS.ProcessEnv,
  session: StoredSession | undefined,
): Promise<void> {
  const { [originOf(url) ?? '']: _, ...others } = await readAll(env)
  await writeAll(env, session ? { ...others, [originOf(url) ?? '']: session } : others)
}
