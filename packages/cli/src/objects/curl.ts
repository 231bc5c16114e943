import { toSearchDocument } from '@epr/client'
import type { Settings } from '../settings/config.js'
import { toShownUrl } from '../settings/shown-url.js'
import type { Search } from './search-request.js'
import { shellQuote } from './shell-quote.js'

/** The same search with curl. The token stays in the environment: what is printed may be copied anywhere. */
export function toCurl({ kind, filter, options }: Search, { url, token }: Settings): string {
  const { fields, order, ...others } = options
  const page = { ...others, order: order?.toUpperCase() }
  const query = toSearchDocument(kind.searched, fields, page)
  return [
    'curl --silent --show-error --header "content-type: application/json"',
    // Curl asks for the password then.
    ...(URL.canParse(url) && new URL(url).username
      ? [`--user ${shellQuote(decodeURIComponent(new URL(url).username))}`]
      : []),
    ...(token ? ['--header "authorization: Bearer $EPR_TOKEN"'] : []),
    `--data-raw ${shellQuote(JSON.stringify({ query, variables: { filter, ...page } }))}`,
    shellQuote(`${toShownUrl(url)}/api/v1/graphql/query`),
  ].join(' ')
}
