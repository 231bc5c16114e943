import { prepare } from './run.mjs'

await prepare()
