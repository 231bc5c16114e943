import { prepare, run } from './run.mjs'

/** `npm run bench` and, in under three minutes, `npm run bench -- --quick`. */
await prepare()
process.exitCode = await run(process.execPath, ['bench/dist/main.js', ...process.argv.slice(2)])
