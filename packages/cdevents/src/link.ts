import type { ObjectOf } from './field.js'

const CONTEXT = { 'contextId!': 'filled', '*': 'any' } as const
/** The specification forgot to require it here. */
const LOOSE_CONTEXT = { contextId: 'filled', '*': 'any' } as const
const IN_CHAIN = { 'chainId!': 'filled', 'timestamp!': 'moment', tags: 'object' } as const

/** Links that stand in an event's context, by what the specification calls their schemas. */
export const EMBEDDED_LINKS = {
  embeddedlinkend: { 'linkType!': ['END'], from: CONTEXT, tags: 'object' },
  embeddedlinkpath: { 'linkType!': ['PATH'], 'from!': CONTEXT, tags: 'object' },
  embeddedlinkrelation: {
    'linkType!': ['RELATION'],
    'linkKind!': 'filled',
    'target!': LOOSE_CONTEXT,
    tags: 'object',
  },
} as const

/** Links that are sent on their own. */
export const LINKS = {
  linkstart: { ...IN_CHAIN, 'linkType!': ['START'], 'start!': CONTEXT },
  linkend: { ...IN_CHAIN, 'linkType!': ['END'], 'from!': CONTEXT, 'end!': CONTEXT },
  linkpath: { ...IN_CHAIN, 'linkType!': ['PATH'], 'from!': CONTEXT, 'to!': CONTEXT },
  linkrelation: {
    ...IN_CHAIN,
    'linkType!': ['RELATION'],
    linkKind: 'filled',
    'source!': CONTEXT,
    'target!': CONTEXT,
  },
} as const

/** How an event hangs together with others. */
export type Link = {
  [Name in keyof typeof EMBEDDED_LINKS]: ObjectOf<(typeof EMBEDDED_LINKS)[Name]>
}[keyof typeof EMBEDDED_LINKS]
