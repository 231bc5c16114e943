import type { Fields } from './field.js'

/**
 * A release of CDEvents (https://github.com/cdevents/spec) as a table: by subject, as the specification spells it,
 * and by predicate.
 */
export interface Release {
  readonly [subject: string]: { readonly [predicate: string]: EventRow }
}

/** The version of an event, the content of its subject, and what the subject holds beside the usual. */
export type EventRow = readonly [version: string, content: Fields, subject?: Fields]
