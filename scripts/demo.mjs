import { prepare } from './run.mjs'

/** `npm run demo`, and `npm run demo -- --once` to end when the story is told. */
await prepare({ quiet: true })
await import('../examples/demo/main.mjs')
