import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm, prepare } from './run.mjs'

/** Installs, builds and tests, then says in one line how it went. `fast` needs no outside service. */

const PROJECTS = { fast: ['unit', 'integration'], all: ['unit', 'integration', 'slow', 'services'] }

const [selection, ...filters] = process.argv.slice(2)
const projects = PROJECTS[selection] ?? PROJECTS.fast

await prepare()
const results = mkdtempSync(join(tmpdir(), 'epr-test-'))
const report = join(results, 'report.json')
const code = await pnpm([
  'exec',
  'vitest',
  'run',
  ...projects.flatMap((project) => ['--project', project]),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...filters,
])
const { passed, failed, skipped } = count(report)
rmSync(results, { recursive: true, force: true })
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = code

/** A file that cannot even be loaded, or an error outside of any test, is a failure too. */
function count(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(file, 'utf8'),
    )
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    )
    const failed = numFailedTests + brokenFiles.length
    return {
      passed: numPassedTests,
      failed: code !== 0 ? Math.max(failed, 1) : failed,
      skipped: numPendingTests + numTodoTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
