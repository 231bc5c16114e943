import { type Budget, createBudget } from './budget.js'

/** What clients may make the server hold, by what for. */
export interface Budgets {
  /** Small bodies that are received or in work: large ones cannot take their room. */
  small: Budget
  /** All other bodies. */
  large: Budget
  /** Answers and streams that their clients have not taken. */
  waiting: Budget
}

export interface BudgetLimits {
  maxBodyBytes: number
  maxReceivingBytes: number
  maxWaitingBytes: number
  maxPageBytes: number
}

/** The part of the room for bodies that small ones have for themselves. */
const SMALL_SHARE = 1 / 4

export function createBudgets(limits: BudgetLimits): Budgets {
  const { maxBodyBytes, maxReceivingBytes, maxWaitingBytes, maxPageBytes } = limits
  return {
    small: createBudget({ limit: maxReceivingBytes * SMALL_SHARE, whoGoes: 'largest' }),
    // One body that may be sent is to have room.
    large: createBudget({ limit: Math.max(maxReceivingBytes, maxBodyBytes), whoGoes: 'largest' }),
    // One page that may be asked for too.
    waiting: createBudget({ limit: Math.max(maxWaitingBytes, maxPageBytes), whoGoes: 'newcomer' }),
  }
}
