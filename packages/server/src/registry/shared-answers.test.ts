import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSharedAnswers } from './shared-answers.js'

const FOR_MS = 5_000

describe('shared answers', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => vi.useRealTimers())

  const counted = (most = 10) => {
    const answers = createSharedAnswers<string>({ forMs: FOR_MS, most })
    let made = 0
    const ask = (question: string) =>
      answers.get(question, async () => {
        made++
        return `${question} ${made}`
      })
    return { ask, answers, made: () => made }
  }

  it('are made once for all who ask meanwhile, and for a moment after', async () => {
    const { ask, made } = counted()
    expect(await Promise.all([ask('a'), ask('a'), ask('b')])).toEqual(['a 1', 'a 1', 'b 2'])
    vi.advanceTimersByTime(FOR_MS - 1)
    expect(await ask('a')).toBe('a 1')
    vi.advanceTimersByTime(1)
    expect(await ask('a')).toBe('a 3')
    expect(made()).toBe(3)
  })

  it('that fail are told to those who have asked, and to nobody else', async () => {
    const answers = createSharedAnswers<string>({ forMs: FOR_MS, most: 10 })
    const fail = () => Promise.reject(new Error('away'))
    await expect(Promise.all([answers.get('a', fail), answers.get('a', fail)])).rejects.toThrow('away')
    expect(await answers.get('a', async () => 'back')).toBe('back')
  })

  it('are no more than so many, the newest ones', async () => {
    const { ask } = counted(2)
    for (const question of ['a', 'b', 'c']) await ask(question)
    expect([await ask('c'), await ask('b'), await ask('a')]).toEqual(['c 3', 'b 2', 'a 4'])
  })

  it('are forgotten at once when what they are made from is another', async () => {
    const { ask, answers } = counted()
    await ask('a')
    answers.clear()
    expect(await ask('a')).toBe('a 2')
  })
})
