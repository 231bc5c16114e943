/**
 * The two-key advisory locks of EPR. NVRPPs use one-key locks (record_events), which are another
 * key space (PostgreSQL manual, 13.3.5), so the two never meet.
 */
const EPR = 0x45_50_52

// [EPR, 2] is held in the transaction that learns an SBOM's components (functions/project_sbom.sql).

/** Held in a transaction while migrations run. */
export const MIGRATION_LOCK = [EPR, 1] as const

/** One for each token of the lease, counted round; held by the session that has taken it. */
export const LEADER_LOCKS = { key: EPR + 1, count: 2 ** 31 - 1 } as const

/** What the one connection of each server is called that takes part in leading. */
export const LEADER_APPLICATION = 'epr-server leader'
