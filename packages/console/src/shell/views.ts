import type { IconName } from './icons.js'

/** The views of the rail, each with the key that follows `g`. */
export const VIEWS = [
  { to: '/', word: 'Overview', icon: 'overview', key: 'h' },
  { to: '/gates', word: 'Gates', icon: 'gates', key: 'g' },
  { to: '/artifacts', word: 'Artifacts', icon: 'artifacts', key: 'a' },
  { to: '/feed', word: 'Feed', icon: 'feed', key: 'f' },
  { to: '/receivers', word: 'Receivers', icon: 'receivers', key: 'r' },
  { to: '/groups', word: 'Groups', icon: 'groups', key: 'p' },
  { to: '/delivery', word: 'Delivery', icon: 'delivery', key: 'd' },
  { to: '/operations', word: 'Operations', icon: 'operations', key: 'o' },
  { to: '/access', word: 'Access', icon: 'access', key: 'c' },
] as const satisfies readonly { to: string; word: string; icon: IconName; key: string }[]
