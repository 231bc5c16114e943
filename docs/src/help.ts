import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A flag, an argument or a command, with what its program says of it. */
export interface HelpEntry {
  term: string
  description: string
}

/** What a program prints for `--help`. */
export interface Help {
  usage: string
  description: string
  /** By their titles: `Options`, `Arguments`, `Commands`, `Flags of every command`. */
  sections: ReadonlyMap<string, readonly HelpEntry[]>
  examples: readonly string[]
}

const execute = promisify(execFile)

/** Commander's layout: sections with a title, entries behind two spaces, their further lines behind more. */
export function parseHelp(text: string): Help {
  const [head = '', ...rest] = text.split(/\n(?=[A-Z][^\n]*:\n)/)
  const [usage = '', ...description] = head.split('\n\n')
  const sections = new Map<string, HelpEntry[]>()
  let examples: string[] = []
  for (const section of rest) {
    const [title = '', ...lines] = section.split('\n')
    if (/^Examples?:$/.test(title)) examples = parseExamples(lines)
    else sections.set(title.slice(0, -1), parseEntries(lines))
  }
  return {
    usage: usage.replace('Usage: ', ''),
    description: description.join(' ').replace(/\s+/g, ' ').trim(),
    sections,
    examples,
  }
}

/** Each behind a `$`; one that is too long for a line goes on behind a backslash. */
function parseExamples(lines: readonly string[]): string[] {
  const whole = lines.join('\n').replace(/\s*\\\n\s*/g, ' ')
  return whole.split('\n').flatMap((line) => /^ {2}\$ (.*)$/.exec(line)?.slice(1) ?? [])
}

function parseEntries(lines: readonly string[]): HelpEntry[] {
  const entries: HelpEntry[] = []
  for (const line of lines) {
    const [, term, description = ''] = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    const last = entries.at(-1)
    if (term) entries.push({ term, description })
    else if (last && line.startsWith('   ')) last.description += ` ${line.trim()}`
  }
  return entries
}

/** Asks a built program, by the path of its launcher below `packages/`. */
export async function readHelp(launcher: string, args: readonly string[] = []): Promise<Help> {
  const file = fileURLToPath(new URL(`../../packages/${launcher}`, import.meta.url))
  const { stdout } = await execute(process.execPath, [file, ...args, '--help'])
  return parseHelp(stdout)
}
