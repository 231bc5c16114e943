/** Work on messages: that of one key one after another, that of different keys side by side. */
export interface KeyedQueue {
  /** Begins `task` once all earlier ones of its key have ended. A task must not reject. */
  run<T>(key: string, task: () => Promise<T>): Promise<T>
}

export function createKeyedQueue(): KeyedQueue {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, task) {
      const before = last.get(key)
      const mine = before === undefined ? task() : before.then(task)
      last.set(key, mine)
      const leave = () => {
        if (last.get(key) === mine) last.delete(key)
      }
      void mine.then(leave, leave)
      return mine
    },
  }
}
