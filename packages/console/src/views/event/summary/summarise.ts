import { memberText } from '@epr/model'

/** A line of what was counted. */
export interface Count {
  word: string
  count: number
}

/** What a payload of a known kind says in short. Whatever is a text is a stranger's; counts are ours. */
export interface Summary {
  /** `CycloneDX 1.6`. */
  kind: string
  /** What it says of itself: names and texts, numbers as they were written. */
  facts: [string, string][]
  counted: { title: string; rows: Count[] } | undefined
  /** One for each component or finding. */
  table: { columns: string[]; rows: string[][] } | undefined
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The most frequent one first. */
function countBy(words: Iterable<string>): Count[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((one, other) => other.count - one.count || (one.word < other.word ? -1 : 1))
}

const NO_LICENCE = 'none named'

/** Components may have components of their own. */
function* componentsIn(value: unknown): Generator<Fields> {
  for (const component of listOf(value)) {
    yield component
    yield* componentsIn(component.components)
  }
}

function licencesOf({ licenses }: Fields): string[] {
  const named = listOf(licenses).map(({ license, expression }) => {
    const { id, name } = fieldsOf(license)
    return textOf(expression) || textOf(id) || textOf(name)
  })
  return named.filter((text) => text !== '')
}

const SBOM_COLUMNS = ['Component', 'Version', 'Licence', 'Package URL']

function cyclonedx(payload: Fields): Summary {
  const rows: string[][] = []
  const licences: string[] = []
  for (const component of componentsIn(payload.components)) {
    const own = licencesOf(component)
    licences.push(...(own.length > 0 ? own : [NO_LICENCE]))
    const name = [component.group, component.name].map(textOf).filter((text) => text !== '')
    rows.push([name.join('/'), textOf(component.version), own.join(', '), textOf(component.purl)])
  }
  const { name, version } = fieldsOf(fieldsOf(payload.metadata).component)
  return {
    kind: `CycloneDX ${textOf(payload.specVersion)}`,
    facts: [
      ['Of', `${textOf(name)} ${textOf(version)}`.trim()],
      ['Components', String(rows.length)],
    ],
    counted: { title: 'Licences', rows: countBy(licences) },
    table: { columns: SBOM_COLUMNS, rows },
  }
}

/** SPDX writes these where it knows of none. */
const SAYS_NOTHING = new Set(['', 'NOASSERTION', 'NONE'])

function spdx(payload: Fields): Summary {
  const rows = listOf(payload.packages).map((each) => {
    const licence = [each.licenseConcluded, each.licenseDeclared]
      .map(textOf)
      .find((text) => !SAYS_NOTHING.has(text))
    const purl = listOf(each.externalRefs).find(({ referenceType }) => referenceType === 'purl')
    return [textOf(each.name), textOf(each.versionInfo), licence ?? '', textOf(purl?.referenceLocator)]
  })
  return {
    kind: textOf(payload.spdxVersion).replace('SPDX-', 'SPDX '),
    facts: [
      ['Of', textOf(payload.name)],
      ['Packages', String(rows.length)],
    ],
    counted: { title: 'Licences', rows: countBy(rows.map(([, , licence]) => licence || NO_LICENCE)) },
    table: { columns: SBOM_COLUMNS, rows },
  }
}

/** SARIF 2.1.0, section 3.27.10: what a result does not say its rule does, and `warning` is meant where neither does. */
function levelOf(result: Fields, rules: ReadonlyMap<string, Fields>): string {
  const rule = rules.get(textOf(result.ruleId))
  const kind = textOf(result.kind)
  if (kind !== '' && kind !== 'fail') return kind
  return textOf(result.level) || textOf(fieldsOf(rule?.defaultConfiguration).level) || 'warning'
}

function placeOf(result: Fields): string {
  const { artifactLocation } = fieldsOf(fieldsOf(listOf(result.locations)[0]).physicalLocation)
  return textOf(fieldsOf(artifactLocation).uri)
}

function sarif(payload: Fields): Summary {
  const rows: string[][] = []
  const tools: string[] = []
  for (const run of listOf(payload.runs)) {
    const driver = fieldsOf(fieldsOf(run.tool).driver)
    tools.push(`${textOf(driver.name)} ${textOf(driver.version) || textOf(driver.semanticVersion)}`.trim())
    const rules = new Map(listOf(driver.rules).map((rule) => [textOf(rule.id), rule]))
    for (const result of listOf(run.results))
      rows.push([
        levelOf(result, rules),
        textOf(result.ruleId),
        textOf(fieldsOf(result.message).text),
        placeOf(result),
      ])
  }
  return {
    kind: `SARIF ${textOf(payload.version)}`,
    facts: [
      ['Tool', tools.join(', ')],
      ['Results', String(rows.length)],
    ],
    counted: { title: 'Results by level', rows: countBy(rows.map(([level = '']) => level)) },
    table: { columns: ['Level', 'Rule', 'Message', 'Where'], rows },
  }
}

function cdEvent(payload: Fields): Summary {
  const [context, subject] = [fieldsOf(payload.context), fieldsOf(payload.subject)]
  const facts: [string, string][] = [
    ['Type', textOf(context.type)],
    ['Subject', textOf(subject.id)],
    ['Source', textOf(subject.source) || textOf(context.source)],
    ['Time', textOf(context.timestamp)],
  ]
  const release = textOf(context.version) || textOf(context.specversion)
  return {
    kind: `CDEvent ${release}`,
    facts: facts.filter(([, text]) => text !== ''),
    counted: undefined,
    table: undefined,
  }
}

const TEST_COUNTS = ['tests', 'failures', 'errors', 'skipped', 'time'] as const

/** Reports of tests as JUnit counts them. Their numbers are shown as they were written. */
function tests(payload: Fields, text: string): Summary {
  const facts = TEST_COUNTS.filter((name) => typeof payload[name] === 'number').map(
    (name): [string, string] => [name, memberText(text, name) ?? ''],
  )
  return { kind: 'Test results', facts, counted: undefined, table: undefined }
}

const isCdEvent = (value: unknown): boolean =>
  isFields(value) &&
  isFields(value.subject) &&
  textOf(fieldsOf(value.context).type).startsWith('dev.cdevents.')

/** What a payload says, when it is of a kind that is known by its contents; undefined else. */
export function summarise(text: string): Summary | undefined {
  const payload: unknown = JSON.parse(text)
  if (!isFields(payload)) return undefined
  if (payload.bomFormat === 'CycloneDX') return cyclonedx(payload)
  if (textOf(payload.spdxVersion).startsWith('SPDX-2')) return spdx(payload)
  if (Array.isArray(payload.runs) && textOf(payload.version).startsWith('2.')) return sarif(payload)
  if (isCdEvent(payload)) return cdEvent(payload)
  // A CloudEvent (structured mode) that carries one.
  if (isCdEvent(payload.data)) return cdEvent(fieldsOf(payload.data))
  if (typeof payload.tests === 'number' && typeof payload.failures === 'number') return tests(payload, text)
  return undefined
}
