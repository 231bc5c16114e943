import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pnpm, prepare, root } from './run.mjs'

/**
 * `npm run pack [DIRECTORY]`: every package as a tarball that `npm install` takes without asking a registry, with all that
 * it needs at the versions of the lockfile. A program has EPR's packages in it too and installs alone; a library is
 * installed together with those that it needs, so that a project has each of them once.
 */

const PROGRAMS = new Set(['cli', 'server', 'mcp'])
const out = resolve(process.argv[2] ?? join(root, 'pack'))

async function pnpmOrEnd(args) {
  const code = await pnpm(args, { quiet: true })
  if (code !== 0) process.exit(code)
}

const readManifest = (directory) => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
const writeManifest = (directory, manifest) =>
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

const tar = (...args) => execFileSync('tar', args)

const packages = readdirSync(join(root, 'packages'))
  .map((name) => ({ name, manifest: readManifest(join(root, 'packages', name)) }))
  .filter(({ manifest }) => !manifest.private)

/** As pnpm publishes them: with versions where the workspace has `workspace:` and `catalog:`. */
async function unpackPublished(staging) {
  for (const { name, manifest } of packages) {
    await pnpmOrEnd(['--dir', join(root, 'packages', name), 'pack', '--pack-destination', staging])
    const tarball = join(staging, `epr-${name}-${manifest.version}.tgz`)
    mkdirSync(join(staging, name))
    tar('-xzf', tarball, '-C', join(staging, name), '--strip-components=1')
    rmSync(tarball)
  }
}

/** All dependencies of all packages in flat folders, which is what npm bundles, at the versions of the lockfile. */
async function installAll(staging) {
  const directory = join(staging, 'all')
  const flat = ['--config.node-linker=hoisted', '--config.package-import-method=copy']
  await pnpmOrEnd(['--filter', '@epr/server', 'deploy', '--prod', '--legacy', ...flat, directory])
  const modules = join(directory, 'node_modules')
  rmSync(join(modules, '@epr'), { recursive: true })
  return modules
}

function packOne({ name }, modules, staging) {
  const directory = join(staging, name)
  const manifest = readManifest(directory)
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  const isProgram = PROGRAMS.has(name)
  const bundleDependencies = dependencies.filter(
    (one) =>
      (isProgram || !one.startsWith('@epr/')) && (one.startsWith('@epr/') || existsSync(join(modules, one))),
  )
  // Links, not copies: npm takes of them what the package needs.
  const own = join(staging, `${name}-packed`)
  execFileSync('cp', ['-al', directory, own])
  execFileSync('cp', ['-al', modules, join(own, 'node_modules')])
  if (isProgram) {
    mkdirSync(join(own, 'node_modules', '@epr'))
    for (const part of packages)
      execFileSync('cp', ['-al', join(staging, part.name), join(own, 'node_modules', '@epr', part.name)])
  }
  rmSync(join(own, 'package.json'))
  writeManifest(own, { ...manifest, devDependencies: undefined, bundleDependencies })
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', out], {
    cwd: own,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

await prepare({ quiet: true })
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const staging = mkdtempSync(join(tmpdir(), 'epr-pack-'))
try {
  await unpackPublished(staging)
  const modules = await installAll(staging)
  for (const one of packages) packOne(one, modules, staging)
} finally {
  rmSync(staging, { recursive: true, force: true })
}
process.stdout.write(
  `${readdirSync(out).length} packages in ${out}: npm install ${join(out, 'epr-cli-*.tgz')}\n`,
)
