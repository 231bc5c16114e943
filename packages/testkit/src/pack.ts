import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Packs built packages, as they would be published, and installs them with npm in a directory outside of the
 * workspace, which becomes a project of its own.
 *
 * @param selectors pnpm filters, such as `@epr/server...` for a package and those that it needs
 */
export async function installPacked(selectors: readonly string[], directory: string): Promise<void> {
  const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const filters = [...selectors, '!@epr/testkit'].flatMap((selector) => ['--filter', selector])
  const pack = ['--yes', packageManager, '--recursive', ...filters, 'pack', '--pack-destination', directory]
  await run('npx', pack, { cwd: ROOT })
  const tarballs = (await readdir(directory)).filter((name) => name.endsWith('.tgz'))
  const description = { name: 'outside', version: '1.0.0', private: true }
  await writeFile(join(directory, 'package.json'), JSON.stringify(description))
  const install = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await run('npm', [...install, ...tarballs.map((name) => `./${name}`)], { cwd: directory })
}
