import { toSearchDocument } from '@epr/client'
import type { Settings } from '../settings/config.js'
import type { Search } from './search-request.js'
import { shellQuote } from './shell-quote.js'

/** The same search with curl. The token stays in the environment: what is printed may be copied anywhere. */
export function toCurl({ kind, filter, options }: Search, { url, token }: Settings): string {
  const { fields, order, ...others } = options
  const page = { ...others, order: order?.toUpperCase() }
  const query = toSearchDocument(kind.searched, fields, page)
  return [
    'curl --silent --show-error --header "content-type: application/json"',
    ...(token ? ['--header "authorization: Bearer $EPR_TOKEN"'] : []),
    `--data-raw ${shellQuote(JSON.stringify({ query, variables: { filter, ...page } }))}`,
    shellQuote(`${url.replace(/\/+$/, '')}/api/v1/graphql/query`),
  ].join(' ')
}
