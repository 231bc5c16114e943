import { jsonLanguage } from '@codemirror/lang-json'

type Tree = ReturnType<typeof jsonLanguage.parser.parse>
type SyntaxNode = Tree['topNode']

/** A part of a text. */
export interface Place {
  from: number
  to: number
}

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'])

/** A key or a scalar; of the whole its bracket. */
const placeOf = ({ from, to, firstChild }: SyntaxNode): Place => ({ from, to: firstChild ? from + 1 : to })

function valueIn(node: SyntaxNode): SyntaxNode | null {
  for (let child = node.lastChild; child; child = child.prevSibling) if (VALUES.has(child.name)) return child
  return null
}

function keyOf(text: string, property: SyntaxNode): { node: SyntaxNode; key: unknown } | undefined {
  const node = property.getChild('PropertyName')
  if (!node) return undefined
  try {
    return { node, key: JSON.parse(text.slice(node.from, node.to)) }
  } catch {
    return undefined
  }
}

/** What a step of a JSON pointer leads to: the value, and the key that stands before it; of a repeated key the last one. */
function step(text: string, value: SyntaxNode, part: string): { value: SyntaxNode; key: SyntaxNode } | null {
  if (value.name === 'Array') {
    const elements = []
    for (let child = value.firstChild; child; child = child.nextSibling)
      if (VALUES.has(child.name)) elements.push(child)
    const element = /^\d+$/.test(part) ? elements[Number(part)] : undefined
    return element ? { value: element, key: element } : null
  }
  for (const property of value.getChildren('Property').reverse()) {
    const found = keyOf(text, property)
    const inner = found?.key === part && valueIn(property)
    if (found && inner) return { value: inner, key: found.node }
  }
  return null
}

/** Where a JSON pointer (RFC 6901) leads, as far as it does; the key stands for a value that is not a scalar. */
function followPointer(text: string, root: SyntaxNode, pointer: string): { place: Place; isWhole: boolean } {
  let value = root
  let key: SyntaxNode | undefined
  for (const part of pointer.split('/').slice(1)) {
    const next = step(text, value, part.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (!next) return { place: placeOf(key ?? root), isWhole: false }
    ;({ value, key } = next)
  }
  const isScalar = value.firstChild === null
  return { place: placeOf(isScalar ? value : (key ?? value)), isWhole: true }
}

/** A key may have spaces in it, and so may the words behind: the longest pointer that leads somewhere is meant. */
function pointed(text: string, root: SyntaxNode, said: string): Place | undefined {
  const [, rest] = /^(?:schema|payload)(?=[/ ])(.*)$/s.exec(said) ?? []
  if (rest === undefined) return undefined
  const ends = [...rest.matchAll(/ /g)].map(({ index }) => index)
  for (const end of ends.toReversed()) {
    const { place, isWhole } = followPointer(text, root, rest.slice(0, end))
    if (isWhole) return place
  }
  return followPointer(text, root, rest.slice(0, ends[0])).place
}

/** The last text of JSON in a sentence that stands in the JSON, too: a pattern, or where a reference leads. */
function quoted(text: string, tree: Tree, said: string): Place | undefined {
  const strings = [...said.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([string]) => string)
  let found: Place | undefined
  tree.iterate({
    enter(node) {
      if (node.name === 'String' && strings.includes(text.slice(node.from, node.to)))
        found ??= { from: node.from, to: node.to }
    },
  })
  return found
}

function firstError(tree: Tree): number | undefined {
  let at: number | undefined
  tree.iterate({
    enter(node) {
      if (node.type.isError) at ??= node.from
    },
  })
  return at
}

/** The character at a position, or the last one before it that is to be seen. */
function visibleAt(text: string, at: number): Place {
  const from = Math.max(0, /\S/.test(text.charAt(at)) ? at : text.slice(0, at).trimEnd().length - 1)
  return { from, to: Math.min(text.length, from + 1) }
}

/**
 * What part of a JSON text a sentence of the server is about: by the JSON pointer that it begins with, by a text that it quotes; for
 * what is no JSON, where that ends to be one. Else the whole of it.
 */
export function findPlace(text: string, said: string): Place {
  const tree = jsonLanguage.parser.parse(text)
  const error = firstError(tree)
  if (error !== undefined) return visibleAt(text, error)
  const root = valueIn(tree.topNode)
  if (!root) return { from: 0, to: text.length }
  return pointed(text, root, said) ?? quoted(text, tree, said) ?? placeOf(root)
}
