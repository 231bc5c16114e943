import type { Settings } from '../settings/config.js'
import type { Search } from './search-request.js'
import { shellQuote } from './shell-quote.js'

/** The same search with curl. The token stays in the environment: what is printed may be copied anywhere. */
export function toCurl({ kind, filter, options }: Search, { url, token }: Settings): string {
  const { operation, argument, inputType } = kind.graphql
  const { fields, limit, order, created_after } = options
  const page = [
    limit !== undefined && `limit: ${limit}`,
    order !== undefined && `order: ${order.toUpperCase()}`,
    created_after !== undefined && `created_after: ${JSON.stringify(created_after)}`,
  ].filter((part) => part !== false)
  const passed = [`${argument}: $filter`, ...page].join(', ')
  const query = `query($filter: ${inputType}!) {${operation}(${passed}) {${fields.join(',')}}}`
  return [
    'curl --silent --show-error --header "content-type: application/json"',
    ...(token ? ['--header "authorization: Bearer $EPR_TOKEN"'] : []),
    `--data-raw ${shellQuote(JSON.stringify({ query, variables: { filter } }))}`,
    shellQuote(`${url.replace(/\/+$/, '')}/api/v1/graphql/query`),
  ].join(' ')
}
