import '../../zod-without-eval.js'
import { feedHub, type LiveRequest } from './feed-hub.js'

/** The SharedWorker of all pages of a browser: HTTP/1.1 gives it six connections, and a stream holds one for ever. */

/** What a page says: where to read, that it is still there, or that it goes. */
export type PageNote = { kind: 'join'; request: LiveRequest } | { kind: 'alive' } | { kind: 'leave' }

/** A page that was closed does not always say so. */
const SILENT_MS = 90_000

function serve(port: MessagePort): void {
  let leave: (() => void) | undefined
  let heardAt = Date.now()
  const end = () => {
    leave?.()
    leave = undefined
    clearInterval(looking)
  }
  const looking = setInterval(() => {
    if (Date.now() - heardAt > SILENT_MS) end()
  }, SILENT_MS / 3)
  port.onmessage = ({ data }: MessageEvent<PageNote>) => {
    heardAt = Date.now()
    if (data.kind === 'join') {
      leave?.()
      leave = feedHub(data.request).join((note) => port.postMessage(note))
    } else if (data.kind === 'leave') end()
  }
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port) serve(port)
})
