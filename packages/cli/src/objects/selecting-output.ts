import { stringifyJson, toPlainLine } from '@epr/model'
import type { Output } from '../output/output.js'
import { compileJsonPath, parsePath, toShown } from './json-path.js'

/** An output that shows of each value only what a JSONPath finds in it. @throws UsageError for an invalid path */
export function createSelectingOutput(output: Output, typed: string): Output {
  const select = compileJsonPath(parsePath(typed).path)

  async function object(value: object): Promise<undefined> {
    const shown = toShown(typed, select(stringifyJson(value)))
    if ('json' in shown) return output.object(shown.json)
    output.line(output.width === undefined ? shown.raw : toPlainLine(shown.raw))
  }

  return {
    ...output,
    // What there is to select from is not in a table.
    format: output.format === 'table' ? 'json' : output.format,
    object,
    created: (_, id) => object({ data: id }),
  }
}
