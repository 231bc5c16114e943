import { receiverFor, schemaFor } from '@epr/cdevents'
import { indentJson, stringifyJson } from '@epr/model'
import { printRows } from '../../objects/print-rows.js'
import type { Row } from '../../output/table.js'
import type { Context } from '../../settings/context.js'
import { toEventType, typesOfRelease } from './types.js'

/** As a table on a terminal, whole: there is no flag for the rest. */
export function printAll(context: Context, rows: readonly Row[]): Promise<undefined> {
  return printRows(context, rows, Object.keys(rows[0] ?? {}), { all: true })
}

/** Shows the event types, and what their event receivers are for. */
export async function listTypes(context: Context, release: string | undefined): Promise<undefined> {
  const rows = typesOfRelease(release).map(({ type, release }) => {
    return { type, release, description: receiverFor(type).description }
  })
  await printAll(context, rows)
}

/** As JSON also on a terminal: nobody reads a schema as a table. */
export async function showSchema({ output, settings }: Context, [name = '']: string[]): Promise<undefined> {
  const schema = schemaFor(toEventType(name))
  if (output.format !== 'table') return output.object(schema)
  output.line(indentJson(stringifyJson(schema), settings.indent ? 2 : 0))
}
