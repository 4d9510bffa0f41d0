// Version vectors: who changed a row how often, as BEP compares them (BEP v1, "Vector").
import type { Branded } from './path.ts'

/** The first 64 bits of a device's identity. */
export type DeviceId = Branded<bigint, 'DeviceId'>

/** Counters by device, sorted by id; a missing counter is zero. */
export type Version = readonly (readonly [device: DeviceId, counter: bigint])[]

export type VersionOrder = 'equal' | 'newer' | 'older' | 'concurrent'

/** How `a` relates to `b`. */
export function compareVersions(a: Version, b: Version): VersionOrder {
  let newer = false
  let older = false
  for (const device of new Set([...a, ...b].map(([id]) => id))) {
    const x = counterOf(a, device)
    const y = counterOf(b, device)
    if (x > y) newer = true
    if (x < y) older = true
  }
  if (newer && older) return 'concurrent'
  if (newer) return 'newer'
  return older ? 'older' : 'equal'
}

/** Whether it is `of`, or was replaced on the way to it. */
export function isWithin(version: Version, of: Version): boolean {
  const order = compareVersions(version, of)
  return order === 'equal' || order === 'older'
}

export function counterOf(version: Version, device: DeviceId): bigint {
  return version.find(([id]) => id === device)?.[1] ?? 0n
}

/** `version` after a change made here: our counter grows and is never below the clock, so that a device that lost its index still moves forward. */
export function bumpVersion(version: Version, device: DeviceId, nowSeconds: bigint): Version {
  const before = counterOf(version, device)
  const counter = before + 1n > nowSeconds ? before + 1n : nowSeconds
  return [...version.filter(([id]) => id !== device), [device, counter] as const].sort(([x], [y]) => (x < y ? -1 : 1))
}

/** The element-wise maximum. */
export function mergeVersions(a: Version, b: Version): Version {
  const counters = new Map(a)
  for (const [device, counter] of b) {
    if (counter > (counters.get(device) ?? 0n)) counters.set(device, counter)
  }
  return [...counters].sort(([x], [y]) => (x < y ? -1 : 1))
}
