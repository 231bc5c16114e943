import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pnpm, prepare } from './run.mjs'

/** Installs, builds and tests, then says in one line how it went. `fast` needs no outside service. */

/**
 * One after the other: what measures time against real services has the machine to itself. All else waits for
 * processes, so that two workers leave a core of two idle.
 */
const FAST = { projects: ['unit', 'integration'], workers: 3 }
/** The clients once more, against servers that ask who calls. */
const WITH_KEY = { projects: ['with-key'], workers: 3 }
const SLOW = [
  { projects: ['slow'], workers: 2 },
  { projects: ['services'], workers: 1 },
]
const SELECTIONS = { fast: [FAST], 'with-key': [WITH_KEY], slow: SLOW, all: [FAST, WITH_KEY, ...SLOW] }

const [selection, ...filters] = process.argv.slice(2)
const phases = SELECTIONS[selection] ?? [FAST]

await prepare()
const { env, skips } = phases.includes(SLOW[1])
  ? findKafka()
  : { env: {}, skips: phases.includes(FAST) && 'run npm run test:all' }
const results = mkdtempSync(join(tmpdir(), 'epr-test-'))
const total = { passed: 0, failed: 0, skipped: 0 }
for (const phase of phases) {
  const counted = await runPhase(phase)
  for (const kind of Object.keys(total)) total[kind] += counted[kind]
}
rmSync(results, { recursive: true, force: true })
// A name that no file has is a mistake, and no success.
if (total.passed + total.failed + total.skipped === 0) total.failed = 1
if (skips) process.stdout.write(`\nthe tests against Kafka were skipped: ${skips}\n`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed === 0 ? 0 : 1

/** Runs some projects to their end, and counts. */
async function runPhase({ projects, workers }) {
  const report = join(results, `${projects[0]}.json`)
  const code = await pnpm(
    [
      'exec',
      'vitest',
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      `--maxWorkers=${workers}`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...filters,
    ],
    { env },
  )
  return count(report, code)
}

/** The jars for brokers of our own, which Java and Maven can get: also beside EPR_TEST_BROKERS, to kill them. */
function findKafka() {
  if (process.env.EPR_TEST_KAFKA_HOME) return { env: {} }
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    const fetch = fileURLToPath(new URL('../.ci/kafka/fetch', import.meta.url))
    const home = execFileSync(fetch, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
    return { env: { EPR_TEST_KAFKA_HOME: home } }
  } catch {
    if (process.env.EPR_TEST_BROKERS)
      return { env: {}, skips: 'those with a broker of their own need Java 17 and Maven' }
    return { env: {}, skips: 'set EPR_TEST_BROKERS=host:port, or install Java 17 and Maven' }
  }
}

/** A file that cannot even be loaded, or an error outside of any test, is a failure too. */
function count(file, code) {
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
