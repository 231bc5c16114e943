import { receiverFor, schemaFor } from '@epr/cdevents'
import { stringifyJson } from '@epr/model'
import { toEventType, typesOfRelease } from './cdevents-types.js'
import type { Context, Flags } from './context.js'
import { indentJson } from './indent-json.js'
import type { Row } from './kinds.js'

/** Rows on a terminal, otherwise the list as the format has it. */
export async function printRows({ output }: Context, rows: readonly Row[]): Promise<undefined> {
  if (output.format === 'table') {
    const { toTable } = await import('./table.js')
    return output.line(toTable(rows, Object.keys(rows[0] ?? {}), output.style, output.width)) as undefined
  }
  if (output.format !== 'ndjson') return output.object(rows)
  for (const row of rows) await output.object(row)
}

export async function listTypes(context: Context, flags: Flags): Promise<undefined> {
  const rows = typesOfRelease(flags).map(({ type, release }) => {
    return { type, release, description: receiverFor(type).description }
  })
  await printRows(context, rows)
}

/** As JSON also on a terminal: nobody reads a schema as a table. */
export async function showSchema({ output, settings }: Context, [name = '']: string[]): Promise<undefined> {
  const schema = schemaFor(toEventType(name))
  if (output.format !== 'table') return output.object(schema)
  output.line(indentJson(stringifyJson(schema), settings.indent ? 2 : 0))
}
