import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { EprError } from '@epr/model'

/** A directory that is ours: the marker file in it says so. */
export interface DataDirectory {
  readonly path: string
  /** PGDATA; not there before the first start. */
  readonly data: string
  /** What PostgreSQL writes on stderr. */
  readonly logFile: string
  /** Locked by PostgreSQL and all its processes while they run. */
  readonly lockFile: string
  /** The library links. */
  readonly libraries: string
}

const MARKER = 'epr.json'
const MARKER_FORMAT = 1
/** Not taken for content: our own marker before its rename, and what a new ext4 file system brings. */
const IGNORED = /^(epr\.json\.[\w-]+\.tmp|lost\+found)$/
/** MAXPGPATH of PostgreSQL is 1024, with its own file names in it. */
const MAX_PATH_BYTES = 900

/**
 * Makes `directory` when it is new, takes it when it is empty or ours, and refuses everything else.
 * `postgresMajor` is the version that will run on it.
 */
export async function openDataDirectory(directory: string, postgresMajor: number): Promise<DataDirectory> {
  const path = resolve(directory)
  assertUsablePath(path)
  try {
    await makeDirectories(path)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    await assertOurs(path)
    await assertSameMajor(path, postgresMajor)
    await writeMarker(path, postgresMajor)
  } catch (error) {
    throw toDataDirectoryError(error, path)
  }
  return {
    path,
    data: join(path, 'pg'),
    logFile: join(path, 'postgres.log'),
    lockFile: join(path, 'postgres.lock'),
    libraries: join(path, 'lib'),
  }
}

function assertUsablePath(path: string): void {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `the data directory has a path of more than ${MAX_PATH_BYTES} bytes, too long for PostgreSQL: use a shorter one with --db (${path})`,
    )
  }
  // Both separate the entries of LD_LIBRARY_PATH (ld.so(8)), and cannot be escaped there.
  if (/[:;\n]/.test(path)) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `the path of the data directory must not contain ":", ";" or a line end: use another one with --db (${JSON.stringify(path)})`,
    )
  }
}

/** Not mkdir's `recursive`: Node 20 loops for ever where a file system answers ENOENT below what exists (/proc). */
async function makeDirectories(path: string): Promise<void> {
  if ((await statIfThere(path))?.isDirectory()) return
  if (dirname(path) !== path) await makeDirectories(dirname(path))
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    // EEXIST: another process that starts at the same time was faster, or a file is there.
    if (error.code !== 'EEXIST') throw error
  })
  if (!(await stat(path)).isDirectory())
    throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' })
}

async function assertOurs(path: string): Promise<void> {
  const entries = await readdir(path)
  const marker = await statIfThere(join(path, MARKER))
  if (marker === undefined && entries.some((entry) => !IGNORED.test(entry))) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `${path} is not empty and was not made by epr-server (it has no ${MARKER}): use a new or an empty directory with --db`,
    )
  }
  const uid = process.getuid?.()
  // Root may use the empty directory of anybody (a bind mount), but not run on the data of somebody.
  const owner = marker?.uid ?? (uid === 0 ? 0 : (await stat(path)).uid)
  if (owner === uid || (marker === undefined && owner === 0)) return
  throw new EprError(
    'INVALID_ARGUMENT',
    `the data directory ${path} belongs to another user (uid ${owner}, this is uid ${uid}): start epr-server as that user, or use another directory with --db`,
  )
}

async function assertSameMajor(path: string, postgresMajor: number): Promise<void> {
  const marker = await readIfThere(join(path, MARKER))
  if (marker !== undefined && readFormat(marker) !== MARKER_FORMAT) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `${join(path, MARKER)} is damaged or was written by a newer epr-server: use the version that wrote it, or another directory with --db`,
    )
  }
  const version = (await readIfThere(join(path, 'pg', 'PG_VERSION')))?.trim()
  if (version === undefined || version === String(postgresMajor)) return
  throw new EprError(
    'INVALID_ARGUMENT',
    `the data in ${path} was made by PostgreSQL ${version}, and this epr-server brings PostgreSQL ${postgresMajor}: use the epr-server that made it, or another directory with --db`,
  )
}

function readFormat(marker: string): unknown {
  try {
    return (JSON.parse(marker) as { format?: unknown } | null)?.format
  } catch {
    return undefined
  }
}

/** Whole or not at all: a marker cut short by a crash would make the directory a stranger's. */
async function writeMarker(path: string, postgresMajor: number): Promise<void> {
  const content = `${JSON.stringify({ format: MARKER_FORMAT, postgres: postgresMajor })}\n`
  const file = join(path, MARKER)
  if ((await readIfThere(file)) === content) return
  // Not by pid: in two containers on one volume both are often 1.
  const written = `${file}.${randomUUID()}.tmp`
  const handle = await open(written, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(written, file)
}

async function statIfThere(path: string) {
  return stat(path).catch(ignoreMissing)
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ignoreMissing)
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: give it to this user',
  EPERM: 'permission denied: give it to this user',
  EROFS: 'the file system is read-only: make it writable',
  ENOTDIR: 'it, or a part of its path, is not a directory: remove that file',
  EEXIST: 'it is not a directory: remove that file',
  ENOENT: 'no directory can be made there: check the path',
  ENAMETOOLONG: 'the path is too long: shorten it',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is used up: free some space',
}
const PASSING = new Set(['ENOSPC', 'EDQUOT'])

/** One line for what the file system said about the data directory. */
export function toDataDirectoryError(error: unknown, path: string): EprError {
  if (error instanceof EprError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const reason = REASONS[code] ?? message
  return new EprError(
    PASSING.has(code) || REASONS[code] === undefined ? 'UNAVAILABLE' : 'INVALID_ARGUMENT',
    `the data directory ${path} cannot be used, ${reason}, or use another directory with --db`,
    { cause: error },
  )
}
