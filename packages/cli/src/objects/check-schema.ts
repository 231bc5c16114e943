import type { SchemaCheck } from '@epr/client'
import { toPlainLine } from '@epr/model'
import { EXIT } from '../exit/exit-code.js'
import { parseExact, readTextFile } from '../input/input.js'
import type { Output } from '../output/output.js'
import type { Context } from '../settings/context.js'

interface CheckRequest {
  sample?: string[] | undefined
  against?: string | undefined
  last?: number | undefined
  jsonpath?: string | undefined
}

function exitCodeOf({ problems, samples, against }: SchemaCheck): number | undefined {
  if (problems.length > 0 || samples.some((violations) => violations.length > 0)) return EXIT.failed
  return against && against.failed.length > 0 ? EXIT.differs : undefined
}

/** What came out, a line for each thing that is good or wrong. */
function toLines(check: SchemaCheck, files: readonly string[], { style }: Output): string[] {
  const { problems, warnings, dialect, samples, against } = check
  const good = (text: string) => `${style.green('✓')} ${toPlainLine(text)}`
  const bad = (text: string, why: readonly string[]) =>
    `${style.red('✗')} ${toPlainLine([text, why.join('; ')].join(': '))}`
  if (problems.length > 0) return problems.map((problem) => bad('the schema', [problem]))
  const lines = [good(`the schema can be used: ${dialect}`)]
  for (const warning of warnings) lines.push(`${style.yellow('!')} ${warning}`)
  for (const [index, violations] of samples.entries()) {
    const file = files[index] ?? ''
    lines.push(violations.length > 0 ? bad(file, violations) : good(file))
  }
  if (against === null) return lines
  for (const { event_id, violations } of against.failed) lines.push(bad(`event ${event_id}`, violations))
  const passed = against.checked - against.failed.length
  const rest = against.complete ? '' : '; not all were looked at: too large, or too slow'
  const sum = `${passed} of ${against.checked} stored payloads satisfy it${rest}`
  lines.push(against.failed.length > 0 ? `${style.red('✗')} ${sum}` : good(sum))
  return lines
}

/**
 * Tries a schema.
 *
 * @returns 1 when it cannot be used or a sample breaks it, 13 when only stored payloads do
 */
export async function checkSchema(
  context: Context,
  { sample: files = [], against, last, jsonpath }: CheckRequest,
  [file = '']: readonly string[],
): Promise<number | undefined> {
  const { output, settings, stdin } = context
  const read = async (what: string, name: string) => parseExact(name, await readTextFile(what, name, stdin))
  const schema = await read('schema', file)
  const samples = await Promise.all(files.map((each) => read('--sample', each)))
  const trial = { schema, ...(samples.length > 0 && { samples }) }
  if (settings.dryRun)
    return output.object({ ...trial, ...(against && { against: { event_receiver_id: against, last } }) })
  const { receivers } = await context.connect('ask')
  const event_receiver_id = against === undefined ? undefined : await receivers.resolve(against)
  const check = await receivers.check({
    ...trial,
    ...(event_receiver_id && { against: { event_receiver_id, last } }),
  })
  if (output.format !== 'table' || jsonpath !== undefined) await output.object(check)
  else await output.show(toLines(check, files, output).join('\n'))
  return exitCodeOf(check)
}
