import { EprError } from '@epr/model'
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/** What a document may ask for when its fragments are written out: far beyond any client's need. */
const MAX_FIELDS = 2_000
const MAX_DEPTH = 20
/** Each field of the root is a question to the database. */
const MAX_ROOT_FIELDS = 100

interface Size {
  fields: number
  depth: number
  /** Fields of the outermost level, those behind fragments among them. */
  width: number
}

const NOTHING: Size = { fields: 0, depth: 0, width: 0 }

/** Tokens of a document; parsing stops there. */
export const MAX_TOKENS = 10_000

/**
 * Refuses documents that are small to send and large to answer: many aliases, deep nesting, fragments that
 * multiply. Counted without writing anything out, before validation, whose rules compare fields in pairs.
 *
 * @throws EprError INVALID_ARGUMENT
 */
export function assertDocumentSize(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const known = new Map<string, Size>()
  const open = new Set<string>()

  function sizeOfFragment(name: string): Size {
    const size = known.get(name)
    if (size) return size
    if (open.has(name)) throw new EprError('INVALID_ARGUMENT', `the fragment ${name} contains itself`)
    const fragment = fragments.get(name)
    if (!fragment) return NOTHING
    open.add(name)
    const counted = sizeOf(fragment.selectionSet)
    open.delete(name)
    known.set(name, counted)
    return counted
  }

  function sizeOf({ selections }: SelectionSetNode): Size {
    const total: Size = { ...NOTHING }
    for (const selection of selections) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? sizeOfFragment(selection.name.value)
          : selection.selectionSet
            ? sizeOf(selection.selectionSet)
            : NOTHING
      const isField = selection.kind === Kind.FIELD
      const own = isField ? 1 : 0
      total.fields += inner.fields + own
      total.depth = Math.max(total.depth, inner.depth + own)
      total.width += isField ? 1 : inner.width
    }
    if (total.fields > MAX_FIELDS) throw tooLarge(`at most ${MAX_FIELDS} fields`)
    if (total.depth > MAX_DEPTH) throw tooLarge(`at most ${MAX_DEPTH} levels`)
    return total
  }

  // Fragments that nobody uses are validated too.
  for (const name of fragments.keys()) sizeOfFragment(name)
  for (const { selectionSet } of operations) {
    if (sizeOf(selectionSet).width > MAX_ROOT_FIELDS) throw tooLarge(`at most ${MAX_ROOT_FIELDS} root fields`)
  }
}

const tooLarge = (limit: string) =>
  new EprError('INVALID_ARGUMENT', `the document asks for too much: ${limit} are answered`)
