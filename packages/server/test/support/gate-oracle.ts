/** The contract's sentence on completion, as plainly as it can be said: events one by one, no database. */

export interface OracleGroup {
  id: string
  enabled: boolean
  receivers: string[]
}

export interface OracleEvent {
  nvrpp: string
  receiver: string
  success: boolean
}

export interface GateOracle {
  setGroups(groups: OracleGroup[]): void
  /** The ids of the groups that this event completes. */
  submit(event: OracleEvent): string[]
}

export function createGateOracle(): GateOracle {
  const latest = new Map<string, boolean>()
  let groups: OracleGroup[] = []
  const key = (nvrpp: string, receiver: string) => JSON.stringify([nvrpp, receiver])
  return {
    setGroups(next) {
      groups = next
    },
    submit({ nvrpp, receiver, success }) {
      latest.set(key(nvrpp, receiver), success)
      return groups
        .filter(({ enabled, receivers }) => enabled && receivers.includes(receiver))
        .filter(({ receivers }) => receivers.every((id) => latest.get(key(nvrpp, id)) === true))
        .map(({ id }) => id)
        .sort()
    },
  }
}
