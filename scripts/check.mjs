import { pnpm, prepare } from './run.mjs'

/** Everything a reviewer would look for: each check runs, also when one before it has failed. */

const CHECKS = {
  'lint and format': ['exec', 'biome', 'ci', '.'],
  types: ['exec', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'],
  'unused code and dependencies': ['exec', 'knip'],
  'layer rules': [
    'exec',
    'depcruise',
    'packages',
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'err',
  ],
  'package types': [
    '-r',
    '--filter=@epr/model',
    '--filter=@epr/client',
    '--filter=@epr/kafka',
    '--filter=@epr/testing',
    '--filter=@epr/watcher',
    '--filter=@epr/cdevents',
    'exec',
    'attw',
    '--pack',
    '.',
    '--profile',
    'node16',
    '--quiet',
  ],
  'package types, for ES modules only': [
    '-r',
    '--filter=@epr/embedded-postgres',
    '--filter=@epr/mcp-tools',
    '--filter=@epr/payload-schema',
    '--filter=@epr/proof',
    '--filter=@epr/server',
    'exec',
    'attw',
    '--pack',
    '.',
    '--profile',
    'esm-only',
    '--quiet',
  ],
  'package exports': [
    '-r',
    '--filter=!@epr/testkit',
    '--filter=!@epr/console',
    'exec',
    'publint',
    '--strict',
  ],
  'size of the console': ['exec', 'node', 'scripts/console-budget.mjs'],
}

await prepare()
const failed = []
for (const [name, args] of Object.entries(CHECKS)) {
  process.stdout.write(`\n— ${name}\n`)
  if ((await pnpm(args)) !== 0) failed.push(name)
}
process.stdout.write(failed.length === 0 ? '\nall checks passed\n' : `\nfailed: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
