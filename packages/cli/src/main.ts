import { readFileSync } from 'node:fs'

/** Both `src/` and `dist/` lie beside the package's own description. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Loads nothing that is not needed: scripts ask for the version to see whether the program is there. */
async function runCli(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const { runProgram } = await import('./program.js')
  return runProgram(args, version, process)
}

/** The only place that catches, and the only one that ends the process. */
async function main(): Promise<void> {
  const args = process.argv.slice(2)
  try {
    process.exitCode = await runCli(args)
  } catch (error) {
    const { tellFailure } = await import('./exit/failure.js')
    process.exitCode = tellFailure(error, { args, env: process.env, stderr: process.stderr })
  }
}

await main()
