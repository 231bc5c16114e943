import { createMetrics } from '../../packages/watcher/src/metrics.js'
import { createPrometheus } from '../../packages/watcher/src/prometheus.js'
import { code, table, toPage } from './markdown.js'

interface Metric {
  name: string
  help: string
  type: string
  labels: Set<string>
}

/** `le` is what every histogram has. */
const GENERAL_LABELS = ['le', 'quantile']

/** Prometheus' text format, version 0.0.4: what each metric is, and the labels that its samples have. */
function parseMetrics(text: string): Metric[] {
  const metrics = new Map<string, Metric>()
  for (const line of text.split('\n')) {
    const [, about, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (about === 'HELP') metrics.set(name, { name, help: rest, type: '', labels: new Set() })
    const described = metrics.get(name)
    if (about === 'TYPE' && described) described.type = rest
    const [, sample = '', labels = ''] = /^(\w+)\{(.*)\}/.exec(line) ?? []
    const metric = metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, ''))
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g))
      if (!GENERAL_LABELS.includes(label)) metric?.labels.add(label)
  }
  return [...metrics.values()]
}

const toTable = (metrics: readonly Metric[]): string =>
  table(
    ['name', 'type', 'labels', ''],
    metrics.map(({ name, type, labels, help }) => [code(name), type, [...labels].map(code).join(', '), help]),
  )

/** @param served what a server has served at `/metrics`, after at least one of everything that is counted */
export async function metricsPage(served: string): Promise<string> {
  // What prom-client says of Node itself differs between systems.
  const own = parseMetrics(served).filter(({ name }) => !/^(nodejs|process)_/.test(name))
  const watcher = parseMetrics(await createPrometheus(createMetrics()).metrics())
  return toPage('Metrics', [
    "Prometheus' text format.",
    '## Server: `/metrics`',
    `The names \`server_…\` are those of the original server. What prom-client says of Node (\`nodejs_…\`, \`process_…\`) is
there too.`,
    toTable(own),
    '## Watcher: `/metrics` of its `http` option',
    toTable(watcher),
  ])
}
