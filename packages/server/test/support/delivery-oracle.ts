import { artifactOf, artifactsOf, type OracleRecord } from './projection-oracle.js'

/** What has happened, worked out from the events one by one. */
export interface OracleFact {
  seq: number
  kind: 'deployment' | 'failure' | 'restored' | 'change'
  environment: string
  incident: string | null
  run: number | null
  changed: number | null
  ended: number | null
}

export interface DeliveryRecord extends OracleRecord {
  /** What its receiver is to the rules. */
  kind: OracleFact['kind']
  environment: string
  incident: string | null
}

const inOrder = (a: OracleRecord, b: OracleRecord): number => a.at - b.at || a.seq - b.seq

/** How long since its change an artifact had come to be deployed there; null when it was there before, or began so. */
function changeOf(deployed: DeliveryRecord, all: readonly OracleRecord[], facts: readonly DeliveryRecord[]) {
  const same = (other: OracleRecord) => artifactOf(other) === artifactOf(deployed)
  const isBefore = (other: DeliveryRecord) =>
    other.kind === 'deployment' && other.environment === deployed.environment && inOrder(other, deployed) < 0
  if (facts.some((fact) => same(fact) && isBefore(fact))) return null
  const merged = facts.find((fact) => same(fact) && fact.kind === 'change' && fact.at <= deployed.at)
  if (merged) return merged.at
  const first = artifactsOf(all.filter(same))[0]?.first
  return first === deployed.seq ? null : (all.find(({ seq }) => seq === first)?.at ?? null)
}

/** All facts, each with what follows from it. */
export function factsOf(records: readonly OracleRecord[], happened: readonly DeliveryRecord[]): OracleFact[] {
  const facts = happened
    .filter(({ kind, success }) => success || kind === 'deployment' || kind === 'failure')
    .map((fact) =>
      fact.kind === 'deployment' && !fact.success
        ? { ...fact, kind: 'failure' as const, incident: null }
        : fact,
    )
    .sort(inOrder)
  return facts.map((fact) => {
    const { seq, kind, environment, incident } = fact
    const line = facts.filter((other) => other.name === fact.name && other.environment === environment)
    const deployments = line.filter((other) => other.kind === 'deployment')
    const counted = deployments.filter((deployment, place) => {
      const before = deployments[place - 1]
      return before === undefined || artifactOf(before) !== artifactOf(deployment)
    })
    /** The one that counts for what happened at that moment. */
    const runOf = (moment: OracleRecord) =>
      counted.filter((other) => inOrder(other, moment) <= 0).at(-1)?.seq ?? null
    if (kind === 'deployment') {
      const failures = line.filter((other) => other.kind === 'failure' && runOf(other) === seq)
      const run = runOf(fact)
      return {
        seq,
        kind,
        environment,
        incident: null,
        run,
        changed: changeOf(fact, records, facts),
        ended: run === seq ? (failures[0]?.at ?? null) : null,
      }
    }
    if (kind !== 'failure')
      return {
        seq,
        kind,
        environment,
        incident: kind === 'restored' ? incident : null,
        run: null,
        changed: null,
        ended: null,
      }
    const resolved = facts.find(
      (other) =>
        incident !== null && other.kind === 'restored' && other.incident === incident && other.at >= fact.at,
    )
    const next = deployments.find((other) => inOrder(other, fact) > 0)
    return {
      seq,
      kind,
      environment,
      incident,
      run: runOf(fact),
      changed: null,
      ended: (resolved ?? next)?.at ?? null,
    }
  })
}
