import { pnpm, prepare } from './run.mjs'

/** `npm run docs`: writes docs/reference from the code, by the test that holds it against the code. */
await prepare()
const test = ['exec', 'vitest', 'run', '--project', 'integration', 'docs/test/reference', '--update']
process.exitCode = await pnpm(test)
