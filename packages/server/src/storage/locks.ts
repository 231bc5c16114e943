/**
 * The two-key advisory locks of EPR. NVRPPs use one-key locks (record_events), which are another
 * key space (PostgreSQL manual, 13.3.5), so the two never meet.
 */
const EPR = 0x45_50_52

/** Held in a transaction while migrations run. */
export const MIGRATION_LOCK = [EPR, 1] as const

/** Held in a session by the one server that numbers and publishes messages. */
export const LEADER_LOCK = [EPR, 2] as const
