/** Answers that are dear, made once for all who ask the same within a moment. */
export interface SharedAnswers<Answer> {
  /** What was made for this question lately, or is being made; else what `make` makes. */
  get(question: string, make: () => Promise<Answer>): Promise<Answer>
  /** Forgets all: what they were made from is another now. */
  clear(): void
}

/**
 * @param forMs how long an answer is given
 * @param most how many are kept; the oldest one makes room
 */
export function createSharedAnswers<Answer>({
  forMs,
  most,
}: {
  forMs: number
  most: number
}): SharedAnswers<Answer> {
  const kept = new Map<string, { answer: Promise<Answer>; until: number }>()

  function forget(question: string, answer: Promise<Answer>): void {
    if (kept.get(question)?.answer === answer) kept.delete(question)
  }

  return {
    get(question, make) {
      const known = kept.get(question)
      if (known && known.until > performance.now()) return known.answer
      const answer = make()
      kept.delete(question)
      kept.set(question, { answer, until: Number.POSITIVE_INFINITY })
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break
        kept.delete(oldest)
      }
      answer.then(
        () => {
          const held = kept.get(question)
          if (held?.answer === answer) held.until = performance.now() + forMs
        },
        // Who has asked is told; the next one asks anew.
        () => forget(question, answer),
      )
      return answer
    },
    clear: () => kept.clear(),
  }
}
