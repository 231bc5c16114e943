import { spawn } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { chmod, type FileHandle, open, readFile, stat, truncate } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { delimiter, join } from 'node:path'
import { EprError } from '@epr/model'
import { advice, type Cluster, fixOwnership } from './cluster.js'
import { toDataDirectoryError } from './data-directory.js'
import { disownPostmasterFile, endPostgres, readPostmasterFile } from './postmaster.js'
import { isAlive } from './process-alive.js'
import { lastFailure, runCommand } from './run-command.js'
import { remakeSocketDirectory, removeSocketDirectory, SOCKET_PORT } from './socket-directory.js'

/** A postmaster that was started and need not be ready, nor stay. */
export interface Launch {
  readonly pid: number
  isRunning(): boolean
  stop(): Promise<void>
  /** Undefined when starting again may help, because another process was on the data; else the error to show. */
  explainExit(): Promise<EprError | undefined>
}

const MAX_LOG_BYTES = 10 * 1024 * 1024
/** Exit code of flock(1) when another process has the lock; our choice, EX_TEMPFAIL of sysexits.h. */
const LOCKED = 75
/** Another postmaster was faster, or the processes of a killed one are not gone yet. */
const PASSING = /lock file "postmaster\.pid"|pre-existing shared memory block/

/** Starts a postmaster whose socket is in `socketDirectory`. */
export async function launchPostmaster(
  cluster: Cluster,
  socketDirectory: string,
  settings: Readonly<Record<string, string>>,
): Promise<Launch> {
  const { directory } = cluster
  await fixOwnership(cluster)
  await removeRemains(directory.data, socketDirectory)
  await remakeSocketDirectory(socketDirectory)
  const lock = await findFileLock(cluster)
  const log = await openLog(directory.logFile).catch((error: unknown) => {
    throw toDataDirectoryError(error, directory.path)
  })
  try {
    const logged = (await log.stat()).size
    const child = await spawnDetached(
      [...lock, ...cluster.user.wrap(postgresCommand(cluster, socketDirectory, settings))],
      cluster.env,
      log,
    )
    const isRunning = () => child.exitCode() === undefined && isAlive(child.pid)
    return {
      pid: child.pid,
      isRunning,
      stop: async () => {
        if (isRunning()) await endPostgres(child.pid)
      },
      explainExit: async () =>
        explain(await readLog(directory.logFile, logged), child.exitCode(), directory.path),
    }
  } finally {
    await log.close()
  }
}

function postgresCommand(
  { binaries, directory }: Cluster,
  socketDirectory: string,
  settings: Readonly<Record<string, string>>,
): string[] {
  const all = {
    listen_addresses: '',
    unix_socket_directories: quotePath(socketDirectory),
    unix_socket_permissions: '0700',
    port: String(SOCKET_PORT),
    max_connections: '100',
    // Errors of statements go to the client that sent them; here they would only spread its data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    shared_buffers: `${sharedBuffersMb()}MB`,
    // The first change of a page after a checkpoint writes it to the log whole: fewer of them, fewer such.
    checkpoint_timeout: '15min',
    max_wal_size: '2GB',
    ...settings,
  }
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return [binaries.postgres, '-D', directory.data, ...options]
}

const SMALLEST_BUFFERS_MB = 128
const LARGEST_BUFFERS_MB = 512

/**
 * A quarter of the memory, as PostgreSQL's manual has it (section 19.4.1), within bounds; of the container's
 * memory where there is one. With its default of 128 MB the indexes of a million events do not fit.
 */
function sharedBuffersMb(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  const quarterMb = Math.floor(bytes / 1024 / 1024 / 4)
  return Math.max(SMALLEST_BUFFERS_MB, Math.min(quarterMb, LARGEST_BUFFERS_MB))
}

/** The setting is a list of names separated by commas. */
function quotePath(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `"${path.replaceAll('"', '""')}"`
}

/** What a killed postmaster has left outside of its data: its socket, and its pid if that is a stranger's by now. */
async function removeRemains(data: string, socketDirectory: string): Promise<void> {
  await disownPostmasterFile(data)
  const left = await readPostmasterFile(data)
  if (left === undefined || isAlive(left.pid) || left.socketDirectory === socketDirectory) return
  await removeSocketDirectory(left.socketDirectory)
}

/**
 * PostgreSQL's own guard knows processes by their pid, and so lets two containers start on one volume,
 * which destroys the data. A file lock that its processes inherit does not; where flock(1) is to be had.
 */
async function findFileLock({ directory, env }: Cluster): Promise<string[]> {
  const lock = [
    'flock',
    '--nonblock',
    '--conflict-exit-code',
    String(LOCKED),
    '--no-fork',
    directory.lockFile,
  ]
  if (!(env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, 'flock')))) return []
  // Made here, because flock(1) makes it readable for everybody.
  await (await open(directory.lockFile, 'a', 0o600)).close()
  await chmod(directory.lockFile, 0o600)
  const { code } = await runCommand([...lock, 'true'], { env, timeoutMs: 5_000 })
  return code === 0 || code === LOCKED ? lock : []
}

async function openLog(file: string): Promise<FileHandle> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0
  if (size > MAX_LOG_BYTES) await truncate(file, 0)
  return open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
}

async function readLog(file: string, from: number): Promise<string> {
  return (await readFile(file).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8')
}

interface Detached {
  readonly pid: number
  exitCode(): number | string | undefined
}

/**
 * In a session of its own, with nothing tied to us: Ctrl-C in the terminal must not end it before the
 * requests that are running have ended, and it may outlive us.
 */
async function spawnDetached(command: string[], env: NodeJS.ProcessEnv, log: FileHandle): Promise<Detached> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', log.fd, log.fd], cwd: '/' })
  let exit: number | string | undefined
  child.once('exit', (code, signal) => {
    exit = code ?? signal ?? 'unknown'
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => {
      reject(
        new EprError(
          'UNAVAILABLE',
          `PostgreSQL cannot be started (${cause.message}): use --db postgres://…`,
          { cause },
        ),
      )
    })
  })
  child.unref()
  return { pid: child.pid ?? -1, exitCode: () => exit }
}

function explain(output: string, exitCode: number | string | undefined, path: string): EprError | undefined {
  if (exitCode === LOCKED || PASSING.test(output)) return undefined
  return new EprError(
    'UNAVAILABLE',
    `PostgreSQL did not start on ${path} (${lastFailure(output) ?? `it ended with ${exitCode}`}): ${advice(output)}`,
  )
}
