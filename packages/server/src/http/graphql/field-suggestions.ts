import {
  type FieldNode,
  FieldsOnCorrectTypeRule,
  GraphQLError,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { API_PREFIX } from '../core/route.js'

/** What REST, the command line and people call things that the schema calls otherwise. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['gate', 'group'],
  ['add', 'create'],
  ['post', 'create'],
  ['enable', 'enabled'],
  ['disable', 'disabled'],
])
/** Reading is no verb in GraphQL. */
const VERBS: ReadonlySet<string> = new Set(['get', 'find', 'list', 'search', 'all'])

/** The words of a name, in one number: `getEventReceivers` and `event_receiver` are both event and receiver. */
function wordsOf(name: string): string[] {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
  return words
    .map((word) => (word.length > 3 ? word.replace(/(?<!s|u)s$/, '') : word))
    .map((word) => SYNONYMS.get(word) ?? word)
    .filter((word) => word !== '' && !VERBS.has(word))
}

/** The shortest name that has all words of another. */
export function findByWords(name: string, names: readonly string[]): string | undefined {
  const wanted = wordsOf(name)
  if (wanted.length === 0) return undefined
  const found = names.filter((each) => wanted.every((word) => wordsOf(each).includes(word)))
  return found.sort((one, other) => one.length - other.length)[0]
}

function fieldNames(type: unknown): string[] {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
    ? Object.keys(type.getFields())
    : []
}

/** What was meant by a field that is not there; nothing where nobody can know. */
function meantBy(name: string, type: unknown, schema: GraphQLSchema): string | undefined {
  const found = findByWords(name, fieldNames(type))
  if (found !== undefined) return `Did you mean "${found}"?`
  if (type !== schema.getQueryType()) return undefined
  const mutation = findByWords(name, fieldNames(schema.getMutationType()))
  if (mutation !== undefined) return `Did you mean "mutation { ${mutation} }"?`
  return wordsOf(name).includes('message') ? `Messages are at GET ${API_PREFIX}/messages.` : undefined
}

/** graphql-js suggests what is nearly the same letters; of other words it knows nothing. */
export const FieldsWithSynonymsRule: ValidationRule = (context) => {
  const suggest = (error: GraphQLError): GraphQLError => {
    const [field] = (error.nodes ?? []) as readonly FieldNode[]
    if (!field || error.message.includes('Did you mean')) return error
    const meant = meantBy(field.name.value, context.getParentType(), context.getSchema())
    return meant === undefined ? error : new GraphQLError(`${error.message} ${meant}`, { nodes: field })
  }
  const suggesting: ValidationContext = Object.create(context, {
    reportError: { value: (error: GraphQLError) => context.reportError(suggest(error)) },
  })
  return FieldsOnCorrectTypeRule(suggesting)
}
