import type { Round } from './rounds.js'

/** One line of the result. */
export interface Figure {
  name: string
  /** What ours took or did, in `unit`. */
  value: number
  /** What the thing it is held against took or did, in `unit`; absent for absolute figures. */
  reference?: number
  unit: string
  /** value / reference for rates, and for times too: below 1 is faster. The value itself for absolute figures. */
  ratio: number
  /** The bound on the ratio, and on which side of it to be. */
  must: number
  better: 'higher' | 'lower'
  binding: boolean
  met: boolean
  /** Lowest and highest ratio of the rounds. */
  spread?: [number, number]
}

export interface FigureSpec {
  name: string
  unit: string
  must: number
  better: 'higher' | 'lower'
  binding: boolean
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const isMet = (ratio: number, { must, better }: FigureSpec): boolean =>
  better === 'higher' ? ratio >= must : ratio <= must

/** A figure of rounds that alternated between ours and the reference; the ratio is the median of the rounds'. */
export function toFigure(spec: FigureSpec, rounds: readonly Round[]): Figure {
  const ratios = rounds.map(({ value, reference }) => value / reference)
  const ratio = median(ratios)
  return {
    ...spec,
    value: median(rounds.map(({ value }) => value)),
    reference: median(rounds.map(({ reference }) => reference)),
    ratio,
    met: isMet(ratio, spec),
    spread: [Math.min(...ratios), Math.max(...ratios)],
  }
}

/** A figure that stands for itself. */
export function toAbsoluteFigure(spec: FigureSpec, value: number): Figure {
  return { ...spec, value, ratio: value, met: isMet(value, spec) }
}
