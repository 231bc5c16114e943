/** What ours and the reference did, one right after the other. */
export interface Round {
  value: number
  reference: number
}

/** Measures ours and the reference in turn, so that both meet the same weather on a shared machine. */
export async function alternate(
  count: number,
  ours: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < count; round++) {
    if (round % 2 === 0) rounds.push({ value: await ours(), reference: await reference() })
    else {
      const measured = await reference()
      rounds.push({ reference: measured, value: await ours() })
    }
  }
  return rounds
}

/** The times of `count` calls one after another, milliseconds. */
export async function timeEach(count: number, call: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const startedAt = performance.now()
    await call(index)
    times.push(performance.now() - startedAt)
  }
  return times
}
