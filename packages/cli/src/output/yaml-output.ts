import { isCollection, isScalar, parseDocument, type ScalarTag, visit } from 'yaml'

/** Numbers are written as they stand in the JSON, not as a double would be. */
const asWritten: ScalarTag = {
  identify: (value) => typeof value === 'number' || typeof value === 'bigint',
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /$^/,
  resolve: (text) => text,
  stringify: ({ source, value }) => source ?? String(value),
}

/** JSON text as YAML. JSON is YAML, so it is only laid out anew. */
export function toYaml(json: string): string {
  const document = parseDocument(json, {
    customTags: (tags) => [asWritten, ...tags],
    uniqueKeys: false,
    intAsBigInt: true,
  })
  visit(document, {
    Node(_, node) {
      if (isCollection(node)) node.flow = node.items.length === 0
      else if (isScalar(node)) {
        delete node.type
        delete node.format
      }
    },
  })
  return document.toString({ lineWidth: 0 }).trimEnd()
}
