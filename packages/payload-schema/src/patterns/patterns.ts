import { shorten } from '@epr/model'
import type { RegExpEngine } from 'ajv/dist/types/index.js'
import { RE2JS } from 're2js'
import type { Limits } from '../limits.js'
import { quote, refuse } from '../refuse.js'
import { estimateProgram } from './pattern-size.js'
import { translatePattern } from './translate-pattern.js'

/**
 * The regular expressions of one schema, run by RE2: time linear in the text, whatever the pattern.
 * JavaScript's own engine takes 2.8 s for `(a+)+$` and 28 characters.
 */
export interface Patterns {
  /** Compiles a pattern once and gives it back. @throws INVALID_ARGUMENT that names it. */
  add(source: string): string
  programSize(source: string): number
  /** What Ajv's option `code.regExp` takes; knows the patterns that were added. */
  readonly engine: RegExpEngine
}

export function createPatterns(limits: Pick<Limits, 'maxPatternLength' | 'maxPatternProgram'>): Patterns {
  const compiled = new Map<string, RE2JS>()
  let total = 0

  const compile = (source: string): RE2JS => {
    if (source.length > limits.maxPatternLength) {
      refuse(`pattern ${quote(source)} is longer than ${limits.maxPatternLength} characters`)
    }
    const translated = attempt(source, () => translatePattern(source))
    total += estimateProgram(translated)
    if (total > limits.maxPatternProgram) {
      refuse(`its patterns come to more than ${limits.maxPatternProgram} instructions with ${quote(source)}`)
    }
    return attempt(source, () => RE2JS.compile(translated))
  }

  const get = (source: string): RE2JS => {
    const pattern = compiled.get(source) ?? compile(source)
    compiled.set(source, pattern)
    return pattern
  }

  return {
    add(source) {
      get(source)
      return source
    },
    programSize: (source) => get(source).programSize(),
    engine: Object.assign((source: string) => toRegExpLike(source, get(source)), { code: '' }),
  }
}

/** Ajv tells patterns apart by their `toString()`. */
function toRegExpLike(source: string, pattern: RE2JS): ReturnType<RegExpEngine> {
  const like = { test: (text: string) => pattern.test(text), toString: () => source }
  return like
}

function attempt<T>(source: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return refuse(`pattern ${quote(source)} cannot be used: ${shorten(why, 200)}`)
  }
}
