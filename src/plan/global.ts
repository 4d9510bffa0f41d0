// Which of the versions that devices announce is the one all of them go to (BEP v1, "Global version and need"). Every device picks the same.
import { compareVersions, counterOf, type Version } from '../model/version.ts'

/** What a device announces of a path, as far as the choice depends on it. */
export interface Announced {
  readonly version: Version
  /** The device does not offer it. */
  readonly invalid: boolean
  readonly deleted: boolean
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
}

/**
 * The best of what is announced: the first, best first, that anybody offers; if nobody offers anything, the first. Undefined for nothing.
 * `all` in any order: the result does not depend on it.
 */
export function pickGlobal<A extends Announced>(all: readonly A[]): A | undefined {
  const valid = all.filter(({ invalid }) => !invalid)
  return best(valid.length > 0 ? valid : all)
}

/** Whether one who has `own` (nothing, where undefined) lacks `global`. */
export function isNeeded(own: Announced | undefined, global: Announced): boolean {
  if (global.invalid || global.version.length === 0) return false
  if (own === undefined) return !global.deleted
  const order = compareVersions(own.version, global.version)
  return order === 'older' || order === 'concurrent'
}

/** Below 0 where `a` goes before `b`. A total order of the versions that are not older than another. */
export function compareAnnounced(a: Announced, b: Announced): number {
  const order = compareVersions(a.version, b.version)
  if (order === 'newer') return -1
  if (order === 'older') return 1
  if (order === 'equal') return 0
  // Neither knows of the other. A change beats a deletion; else the later one wins; else the device with the lowest id that they differ in.
  if (a.deleted !== b.deleted) return a.deleted ? 1 : -1
  if (a.modifiedNs !== b.modifiedNs) return a.modifiedNs > b.modifiedNs ? -1 : 1
  return isGreaterAtFirstDifference(a.version, b.version) ? -1 : 1
}

// Not a sort: "newer" and the tie-breaks together are no transitive order. Whatever is older than another is out; among the rest the tie-breaks decide.
function best<A extends Announced>(all: readonly A[]): A | undefined {
  const latest = all.filter(one => !all.some(other => compareVersions(one.version, other.version) === 'older'))
  return latest.reduce<A | undefined>(
    (winner, one) => (winner === undefined || compareAnnounced(one, winner) < 0 ? one : winner),
    undefined,
  )
}

function isGreaterAtFirstDifference(a: Version, b: Version): boolean {
  const devices = [...new Set([...a, ...b].map(([device]) => device))].sort((x, y) => (x < y ? -1 : 1))
  for (const device of devices) {
    const [x, y] = [counterOf(a, device), counterOf(b, device)]
    if (x !== y) return x > y
  }
  return false
}
