import '../../zod-without-eval.js'
import { indentJson } from '@epr/model'

/** Megabytes are laid out beside the page, which stays quick meanwhile. */
addEventListener('message', ({ data }: MessageEvent<string>) => postMessage(indentJson(data, 2)))
