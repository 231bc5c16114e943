import { isCollection, isScalar, parseDocument, type Scalar, type ScalarTag, visit } from 'yaml'

/** YAML 1.1 knows a number with an exponent only by its point and the sign of the exponent (https://yaml.org/type/float.html). */
function toNumber(written: string): string {
  const [, whole, fraction = '.0', exponent = ''] = /^(-?\d+)(\.\d+)?[eE]([-+]?\d+)$/.exec(written) ?? []
  if (whole === undefined) return written
  return `${whole}${fraction}e${/^[-+]/.test(exponent) ? '' : '+'}${exponent}`
}

/** Numbers are written as they stand in the JSON, not as a double would be. */
const asWritten: ScalarTag = {
  identify: (value) => typeof value === 'number' || typeof value === 'bigint',
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /$^/,
  resolve: (text) => text,
  stringify: ({ source, value }) => toNumber(source ?? String(value)),
}

/** The value and the merge key of YAML 1.1 (https://yaml.org/type/): no schema of the library has the first. */
const SPECIAL = /^(=|<<)$/
/**
 * What is not printable in YAML 1.1 (section 4.1) or breaks lines there, halves of surrogate pairs, and what reorders text: in
 * double quotes it can be escaped, and means the same everywhere.
 */
const ESCAPED =
  /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f]/

/** Lines at the end with nothing in them, which are easily lost. */
const EMPTY_END = /\n\s*\n$|^\s+$/

const mustBeQuoted = (text: string): boolean =>
  SPECIAL.test(text) || CONTROL.test(text) || EMPTY_END.test(text) || text.search(ESCAPED) !== -1

function lay({ value }: Scalar): Scalar.Type | undefined {
  return typeof value === 'string' && mustBeQuoted(value) ? 'QUOTE_DOUBLE' : undefined
}

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON text as YAML that readers of 1.1 and of 1.2 read alike. JSON is YAML, so it is only laid out anew. */
export function toYaml(json: string): string {
  const document = parseDocument(json, {
    customTags: (tags) => [asWritten, ...tags],
    uniqueKeys: false,
    intAsBigInt: true,
    compat: 'yaml-1.1',
  })
  visit(document, {
    Node(_, node) {
      if (isCollection(node)) node.flow = node.items.length === 0
      else if (isScalar(node)) {
        const type = lay(node)
        if (type) node.type = type
        else delete node.type
        delete node.format
      }
    },
  })
  // Whatever matches stands in double quotes by now.
  return document.toString({ lineWidth: 0 }).replace(ESCAPED, escapeUnit).trimEnd()
}
