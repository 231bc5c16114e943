import { readFileSync } from 'node:fs'

/** Both `src/` and `dist/` lie beside the package's own description. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** As the option is called, and what else people try. */
const VERSION: ReadonlySet<string> = new Set(['--version', '-V', '-v', 'version'])

/** Loads nothing that is not needed: scripts ask for the version to see whether the program is there. */
async function runCli(args: readonly string[]): Promise<number> {
  if (args.length === 1 && VERSION.has(args[0] ?? '')) {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const { runProgram } = await import('./program.js')
  return runProgram(args, version, process)
}

/** A reader that goes, like `head`, has seen enough; what else is wrong with stdout, a command's output says. */
function ignoreReadersThatGo(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || process.stdout.listenerCount('error') > 1) return
    process.stderr.write(`epr-cli: cannot write the output: ${error.code}\n`)
    // The command ends well, and then this counts.
    process.once('exit', () => {
      process.exitCode ||= 1
    })
  })
  process.stderr.on('error', () => undefined)
}

/** The only place that catches, and the only one that ends the process. */
async function main(): Promise<void> {
  const args = process.argv.slice(2)
  ignoreReadersThatGo()
  try {
    process.exitCode = await runCli(args)
  } catch (error) {
    const { tellFailure } = await import('./exit/failure.js')
    process.exitCode = tellFailure(error, { args, env: process.env, stderr: process.stderr })
  }
}

await main()
