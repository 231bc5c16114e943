import { styleText } from 'node:util'
import { EprError, indentJson, stringifyJson, toPlainJson } from '@epr/model'
import type { Style } from './table.js'

export const OUTPUT_FORMATS = ['json', 'ndjson', 'yaml', 'table'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

/** stdout: what the command was called for, and nothing else. */
export interface Output {
  readonly format: OutputFormat
  readonly style: Style
  /** Columns of the terminal; undefined where there is no terminal. */
  readonly width: number | undefined
  /** Resolves when all is written. @throws EprError INTERNAL when it could not be: a full disk */
  end(): Promise<void>
  /** Whether the reader has gone: `| head` has seen enough. */
  isClosed(): boolean
  line(text: string): undefined
  /** Lines that people may want to look through: on a terminal that is too low for them, in a pager. */
  show(text: string): Promise<undefined>
  /** The id of what was created or changed. `what` says so to people. */
  created(what: string, id: string): Promise<undefined>
  /** One value, on its own. */
  object(value: object, indent?: number): Promise<undefined>
}

interface OutputOptions {
  stdout: NodeJS.WriteStream
  env: NodeJS.ProcessEnv
  format: OutputFormat | undefined
  indent: boolean
  /** Whether ids are all that is shown of what has one. */
  isQuiet?: boolean
  /** Whether long texts on a terminal are shown page by page. @default true */
  isPaged?: boolean
}

/** The original's widths: answers to a creation by 4, everything else by 2. */
const CREATED_INDENT = 4
const OBJECT_INDENT = 2

/** Colours on a terminal that wants them (https://no-color.org). */
export function createStyle(env: NodeJS.ProcessEnv, { isTTY }: { isTTY?: boolean }): Style {
  const isColourful = isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (format: keyof Style) => (text: string) => (isColourful ? styleText(format, text) : text)
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
  }
}

/** The ids of objects, or of one; undefined where there is none. */
function idsOf(value: object): string[] | undefined {
  const ids = [value].flat().map((each: object) => ('id' in each ? each.id : undefined))
  const texts = ids.filter((id) => typeof id === 'string')
  return texts.length === ids.length && texts.length > 0 ? texts : undefined
}

export function createOutput(options: OutputOptions): Output {
  const { stdout, env, indent: isIndented } = options
  const { isQuiet = false, isPaged = true } = options
  // Rows come as they are found, and none is a table.
  const format = isQuiet ? 'ndjson' : (options.format ?? (stdout.isTTY ? 'table' : 'json'))
  const style = createStyle(env, stdout)
  let isClosed = false
  let problem: NodeJS.ErrnoException | undefined
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true
    if (error.code !== 'EPIPE') problem ??= error
  })

  // A program gets what was recorded, a person what cannot steer the terminal. YAML escapes it for both.
  const onTerminal = (json: string): string => (stdout.isTTY ? toPlainJson(json) : json)

  function line(text: string): undefined {
    if (!isClosed) stdout.write(`${text}\n`)
  }

  async function show(text: string): Promise<undefined> {
    const isLong = stdout.isTTY && stdout.rows > 0 && text.split('\n').length >= stdout.rows
    if (isLong && isPaged && !isClosed) {
      const { findPager, showInPager } = await import('./pager.js')
      const pager = findPager(env)
      if (pager && (await showInPager(`${text}\n`, pager))) return
    }
    line(text)
  }

  async function object(value: object, indent = OBJECT_INDENT): Promise<undefined> {
    const ids = isQuiet ? idsOf(value) : undefined
    if (ids) return show(ids.join('\n'))
    const json = stringifyJson(value)
    switch (format) {
      case 'json':
        return show(onTerminal(indentJson(json, isIndented ? indent : 0)))
      case 'ndjson':
        return line(onTerminal(indentJson(json, 0)))
      case 'yaml': {
        const { toYaml } = await import('./yaml-output.js')
        const isList = Array.isArray(value)
        return show((isList ? '' : '---\n') + toYaml(json))
      }
      case 'table': {
        const { toRecord } = await import('./table.js')
        return show(toRecord(value, style, stdout.columns))
      }
    }
  }

  return {
    format,
    style,
    width: stdout.isTTY ? stdout.columns : undefined,
    isClosed: () => isClosed,
    async end() {
      if (!isClosed) await new Promise<void>((resolve) => void stdout.write('', () => resolve()))
      if (problem)
        throw new EprError('INTERNAL', `cannot write the output: ${problem.code}`, { cause: problem })
    },
    line,
    show,
    object,
    async created(what, id) {
      if (isQuiet) return line(id)
      if (format === 'table') return line(`${style.green('✓')} ${what}: ${style.bold(id)}`)
      return object({ data: id }, CREATED_INDENT)
    },
  }
}
