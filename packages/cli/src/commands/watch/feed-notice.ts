import type { EprError } from '@epr/model'
import { toPlainLine } from '@epr/model'

/** Proxies end connections that are idle, and the next one stands at once: that is nobody's concern. */
const PATIENCE_MS = 1_000
/** How often it is said that the server is away still. */
const AGAIN_MS = 60_000

interface FeedNotice {
  onConnect(): void
  onCut(error: EprError | undefined): void
  /** Says nothing more. */
  end(): void
}

/** Says on stderr that the server went, stays away and is there again: a feed in which nothing happens is silent too. */
export function createFeedNotice(stderr: { write(text: string): unknown }, url: string): FeedNotice {
  let awaySince: number | undefined
  let reason: EprError | undefined
  let isSaid = false
  let timer: NodeJS.Timeout | undefined

  const say = (text: string) => void stderr.write(`epr-cli: ${toPlainLine(text)}\n`)
  const awaySeconds = () => Math.round((performance.now() - (awaySince ?? performance.now())) / 1_000)

  function sayAway(): void {
    const why = reason?.message ?? `${url} has ended the stream`
    say(isSaid ? `away for ${awaySeconds()} s: ${why}` : `${why}; trying again until it is there`)
    isSaid = true
    timer = setTimeout(sayAway, AGAIN_MS)
  }

  return {
    onConnect() {
      clearTimeout(timer)
      if (isSaid) say(`connected to ${url} again, after ${awaySeconds()} s`)
      awaySince = undefined
      isSaid = false
    },
    onCut(error) {
      reason = error ?? reason
      if (awaySince !== undefined) return
      reason = error
      awaySince = performance.now()
      timer = setTimeout(sayAway, PATIENCE_MS)
    },
    end: () => clearTimeout(timer),
  }
}
