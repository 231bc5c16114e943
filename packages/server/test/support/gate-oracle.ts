import type { GateStatus, ReceiverStatus } from '@epr/model'

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
  /** The groups that this event completes, and whether the status right before it was open already. */
  submit(event: OracleEvent): { id: string; repeated: boolean }[]
  /** Where an artifact stands at a group, and at each of its receivers; enabled or not. */
  status(
    group: OracleGroup,
    nvrpp: string,
  ): { state: GateStatus['state']; receivers: ReceiverStatus['state'][] }
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
      const isOpen = ({ receivers }: OracleGroup) =>
        receivers.every((id) => latest.get(key(nvrpp, id)) === true)
      const openBefore = new Set(groups.filter(isOpen))
      latest.set(key(nvrpp, receiver), success)
      return groups
        .filter(({ enabled, receivers }) => enabled && receivers.includes(receiver))
        .filter(isOpen)
        .map((group) => ({ id: group.id, repeated: openBefore.has(group) }))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    status({ receivers: ids }, nvrpp) {
      const receivers = ids.map((id) => {
        const success = latest.get(key(nvrpp, id))
        return success === undefined ? 'missing' : success ? 'passed' : 'failed'
      })
      const state = receivers.includes('failed')
        ? 'failed'
        : receivers.includes('missing')
          ? 'missing'
          : 'open'
      return { state, receivers }
    },
  }
}
