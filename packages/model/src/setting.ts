/** How values are written in flags, in the environment and in `epr.yaml`, which the programs share. */

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

/** `10m` in milliseconds; undefined for what is not a duration. */
export function readDurationMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text.trim()) ?? []
  return count === undefined ? undefined : Number(count) * (UNITS_MS.get(unit) ?? 0)
}

/** `true`, `false`, in capitals too as YAML has them, `1` or `0`; undefined for anything else. */
export function readBoolean(text: string): boolean | undefined {
  if (/^(?:true|True|TRUE|1)$/.test(text)) return true
  return /^(?:false|False|FALSE|0)$/.test(text) ? false : undefined
}

/** What `epr.yaml` may hold: the flags of the programs that share it. A key of neither is a mistake. */
export const SETTINGS = {
  'epr-cli': [
    'url',
    'token',
    'token-file',
    'output',
    'timeout',
    'retry',
    'dry-run',
    'no-indent',
    'no-pager',
    'debug',
  ],
  'epr-server': [
    'host',
    'port',
    'db',
    'tls-cert',
    'tls-key',
    'brokers',
    'topic',
    'broker-tls',
    'broker-ca',
    'max-body-bytes',
    'max-receiving-bytes',
    'max-queued-bytes',
    'max-waiting-bytes',
    'max-page-bytes',
    'max-graphql-bytes',
    'message-retention',
    'projections',
    'console',
    'allowed-hosts',
    'cors-origins',
    'public-url',
    'auth',
    'oidc-issuer',
    'oidc-client-id',
    'oidc-groups-claim',
    'metrics-open',
    'json-logging',
    'debug',
  ],
} as const

/** How many single characters must be put in, taken out or replaced to make one word of another (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [line, char] of [...one].entries()) {
    const next = [line + 1]
    for (let at = 1; at <= other.length; at++) {
      const [above = 0, left = 0, corner = 0] = [row[at], next[at - 1], row[at - 1]]
      next.push(Math.min(above + 1, left + 1, corner + (other[at - 1] === char ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The name that is most like a word: what was meant, perhaps. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  const bare = word
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll('_', '-')
  const ranked = names.map((name) => ({ name, far: distance(bare, name) }))
  return ranked.sort((one, other) => one.far - other.far)[0]?.name
}

/** What is wrong with keys of `epr.yaml` that no program knows, or undefined: passed over, they would look as if they counted. */
export function settingsProblem(keys: Iterable<string>): string | undefined {
  const known: readonly string[] = [...new Set(Object.values(SETTINGS).flat())]
  const problems = [...keys]
    .filter((key) => !known.includes(key))
    .map((key) => `there is no setting ${JSON.stringify(key)}, did you mean ${nearestName(key, known)}?`)
  return problems.length === 0 ? undefined : problems.join(' ')
}
