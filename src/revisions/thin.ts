// Which older versions of one file may go, so that many changes do not fill the disk.

/** `all`: none. A number: all but the newest so many. `staggered`: of those that are close together all but one, the closer the older they are. */
export type Keeping = 'all' | 'staggered' | number

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

/** Up to this age at least this far apart. What is older than a month: a week. */
const STEPS: readonly { readonly upToMs: number; readonly apartMs: number }[] = [
  { upToMs: HOUR, apartMs: 30 * SECOND },
  { upToMs: DAY, apartMs: HOUR },
  { upToMs: 30 * DAY, apartMs: DAY },
  { upToMs: Number.POSITIVE_INFINITY, apartMs: 7 * DAY },
]

/** `versions`: of one path, newest first; times in milliseconds since 1970. Those that may go. What is from the future stays. */
export function doomed<T extends { readonly keptAt: number }>(
  versions: readonly T[],
  keeping: Keeping,
  now: number,
): readonly T[] {
  if (keeping === 'all') return []
  return keeping === 'staggered' ? tooClose(versions, now) : versions.slice(keeping)
}

/**
 * From the oldest on: each that follows one that stays too soon goes. So the oldest of all stays, and what stays once stays later as well,
 * until it is old enough for a wider step.
 */
function tooClose<T extends { readonly keptAt: number }>(versions: readonly T[], now: number): readonly T[] {
  const going: T[] = []
  let before: number | undefined
  for (const version of [...versions].reverse()) {
    const age = now - version.keptAt
    const { apartMs } = STEPS.find(({ upToMs }) => age <= upToMs) ?? { apartMs: 0 }
    if (before !== undefined && age >= 0 && version.keptAt - before < apartMs) going.push(version)
    else before = version.keptAt
  }
  return going
}
