import type { Finding, Findings } from '@epr/client'
import { toPlainLine } from '@epr/model'
import type { Command } from 'commander'
import { EXIT } from '../exit/exit-code.js'
import type { Style } from '../output/table.js'
import type { Context, Perform } from '../settings/context.js'
import { type Request, rows, VALUE_FLAGS } from '../settings/flags.js'

const FLAGS = {
  days: rows('--days <number>', 'how many days back, 1 to 30 (default 30)'),
  ...VALUE_FLAGS,
}

const counted = (count: number, singular: string) => `${count} ${singular}${count === 1 ? '' : 's'}`

function* linesOf({ data, checked, history }: Findings, style: Style): Generator<string> {
  for (const { severity, message, advice } of data) {
    const paint = severity === 'problem' ? style.red : style.yellow
    yield `${paint(severity === 'problem' ? '✕' : '!')} ${toPlainLine(message)}`
    yield style.dim(`  ${toPlainLine(advice)}`)
  }
  const looked = [
    counted(checked.groups, 'group'),
    counted(checked.receivers, 'receiver'),
    counted(checked.watchers, 'watcher'),
  ]
  const problems = data.filter(({ severity }: Finding) => severity === 'problem').length
  const outcome =
    data.length === 0
      ? style.green('✓ nothing to look after')
      : `${counted(problems, 'problem')}, ${counted(data.length - problems, 'hint')}`
  yield `${outcome} (${looked.join(', ')})`
  if (history) yield `history is still taken in: ${history.done} of about ${history.size} events so far`
}

async function diagnose(
  { connect, output }: Context,
  { days, jsonpath }: Request<typeof FLAGS>,
): Promise<number> {
  const findings = await (await connect('ask')).findings({ days })
  if (output.format !== 'table' || jsonpath !== undefined) await output.object(findings.data)
  else await output.show([...linesOf(findings, output.style)].join('\n'))
  return findings.data.some(({ severity }) => severity === 'problem') ? EXIT.problemsFound : EXIT.ok
}

export function defineDoctor(doctor: Command, perform: Perform): void {
  perform(doctor, FLAGS, ['doctor', 'doctor --days 7 -o json'], diagnose)
}
