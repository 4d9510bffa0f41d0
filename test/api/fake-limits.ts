// The limits of the service of the tests: kept, and obeyed by nobody.
import type { LimitService, LimitsOf } from '../../src/api/service.ts'
import type { Limits, LimitsChange } from '../../src/api/shapes/limits.ts'

/** `check` throws for what is not there. */
export function fakeLimits(check: (of: LimitsOf) => void): LimitService {
  const kept = new Map<string, LimitsChange>()
  const read = (of: LimitsOf): Limits => {
    check(of)
    const { schedule, localNetwork = 'exempt', ...rates } = kept.get(JSON.stringify(of)) ?? {}
    const all = { uploadBytesPerSecond: 'unlimited' as const, downloadBytesPerSecond: 'unlimited' as const, ...rates }
    const own = schedule === 'inherit' ? undefined : (schedule ?? (of.folder === undefined ? [] : undefined))
    return {
      ...all,
      ...(of.folder === undefined ? { localNetwork } : {}),
      ...(own === undefined ? {} : { schedule: own }),
      now: { clock: { day: 'mon', time: '12:00' }, ...all, sync: true },
    }
  }
  return {
    read: async of => read(of),
    change: async (of, change) => {
      check(of)
      const key = JSON.stringify(of)
      kept.set(key, { ...kept.get(key), ...change })
      return read(of)
    },
  }
}
