import { stringifyJson } from '@epr/model'
import { toPlainLine } from '../exit/plain-line.js'
import type { Output } from '../output/output.js'
import { compileJsonPath, parsePath, toRawText } from './json-path.js'

/** An output that shows of each value only what a JSONPath finds in it. @throws UsageError for an invalid path */
export function createSelectingOutput(output: Output, typed: string): Output {
  const { path, isRaw } = parsePath(typed)
  const select = compileJsonPath(path)

  async function object(value: object): Promise<undefined> {
    const found = select(stringifyJson(value))
    if (!isRaw) return output.object(found)
    const text = toRawText(typed, found)
    output.line(output.width === undefined ? text : toPlainLine(text))
  }

  return {
    ...output,
    // What there is to select from is not in a table.
    format: output.format === 'table' ? 'json' : output.format,
    object,
    created: (_, id) => object({ data: id }),
  }
}
