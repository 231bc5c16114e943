import { shorten } from '@epr/model'

interface Terminal {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

export interface Progress {
  show(done: number): void
  /** Takes the bar away, so that other text can stand there. */
  clear(): void
}

const INTERVAL_MS = 80
const BAR_WIDTH = 30
/** Takes away what stands in the line, for a text in its place. */
export const CLEAR_LINE = '\r\u001b[K'

/** A bar on a terminal, nothing elsewhere. Without a total it counts. */
export function createProgress(terminal: Terminal, what: string, total: number | undefined): Progress {
  let shownAt = 0
  if (!terminal.isTTY) return { show: () => undefined, clear: () => undefined }
  return {
    show(done) {
      if (Date.now() - shownAt < INTERVAL_MS && done !== total) return
      shownAt = Date.now()
      const share = total ? Math.min(1, done / total) : 0
      const filled = Math.round(share * BAR_WIDTH)
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} `
      const count = total === undefined ? `${done} ${what}` : `${bar}${done}/${total} ${what}`
      terminal.write(CLEAR_LINE + shorten(count, (terminal.columns || 80) - 1))
    },
    clear: () => terminal.write(CLEAR_LINE),
  }
}
