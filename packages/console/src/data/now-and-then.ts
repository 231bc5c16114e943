/** In a rush of messages what they change is asked for again this often. */
const PAUSE_MS = 2_000

/** Does something at once, and again at the end of a pause in which it was asked for. */
export function nowAndThen(work: () => void): { run(): void; end(): void } {
  let pause: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  function run(): void {
    if (pause !== undefined) {
      isAsked = true
      return
    }
    work()
    pause = setTimeout(() => {
      pause = undefined
      if (isAsked) run()
    }, PAUSE_MS)
    isAsked = false
  }
  return { run, end: () => clearTimeout(pause) }
}
