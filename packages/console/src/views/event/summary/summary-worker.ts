import '../../../zod-without-eval.js'
import { summarise } from './summarise.js'

/** Megabytes are parsed beside the page, which stays quick meanwhile. */
addEventListener('message', ({ data }: MessageEvent<string>) => postMessage(summarise(data)))
