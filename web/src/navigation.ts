// What the navigation offers besides the folders, and what waits behind each.
import type { Status } from './api/types.ts'
import type { IconName } from './ui/icons.ts'
import { words } from './words/words.ts'

interface Item {
  readonly path: string
  readonly word: string
  readonly icon: IconName
  /** How many things there need somebody. */
  readonly waiting?: (status: Status) => number
  /** Left out while nothing waits. */
  readonly onlyWaiting?: boolean
}

export const NAVIGATION: readonly Item[] = [
  { path: '/', word: words.nav.overview, icon: 'home' },
  { path: '/approve', word: words.nav.approve, icon: 'hand', waiting: brakesIn, onlyWaiting: true },
  { path: '/conflicts', word: words.nav.conflicts, icon: 'conflict', waiting: conflictsIn },
  { path: '/devices', word: words.nav.devices, icon: 'device', waiting: ({ pending }) => pending },
  { path: '/host', word: words.nav.host, icon: 'people' },
  { path: '/limits', word: words.nav.limits, icon: 'clock' },
  { path: '/activity', word: words.nav.activity, icon: 'activity' },
]

function brakesIn({ folders }: Status): number {
  return folders.flatMap(({ remotes }) => remotes.filter(({ brake }) => brake !== undefined)).length
}

function conflictsIn({ folders }: Status): number {
  return folders.reduce((sum, { conflicts }) => sum + conflicts, 0)
}
