// How fast and when: read from and written to the configuration.
import { ApiError } from '../../api/errors.ts'
import type { LimitService, LimitsOf } from '../../api/service.ts'
import type { Limits, LimitsChange, Span as ShownSpan } from '../../api/shapes/limits.ts'
import type { Config, ConfigDraft, RateLimits } from '../config/config.ts'
import { NO_LIMITS } from '../config/config-defaults.ts'
import { DAYS, hoursAt, machineClock, nextChange, type Schedule, type Span } from '../config/schedule.ts'
import { formatTimeOfDay, parseTimeOfDay } from '../config/schedule-text.ts'
import { folderConfigOf, remoteConfigOf, type ServiceParts } from './service-parts.ts'

export function limitService(parts: ServiceParts): LimitService {
  const { config, apply } = parts
  return {
    read: async of => shown(parts, of),
    change: async (of, change) => {
      // Whoever is named is there.
      shown(parts, of)
      await config.change(draft => put(draft, of, change))
      await apply()
      return shown(parts, of)
    },
  }
}

interface Set {
  readonly rates: RateLimits
  /** Of its own. */
  readonly schedule: Schedule | undefined
  /** That which holds. */
  readonly holds: Schedule
}

function setFor(parts: ServiceParts, { folder: id, remote: remoteId }: LimitsOf): Set {
  const { limits, schedule } = parts.config.current
  if (id === undefined) return { rates: limits, schedule, holds: schedule }
  const folder = folderConfigOf(parts, id)
  const holds = folder.schedule ?? schedule
  if (remoteId === undefined) return { rates: NO_LIMITS, schedule: folder.schedule, holds }
  const remote = remoteConfigOf(parts, id, remoteId)
  return { rates: remote.limits, schedule: remote.schedule, holds: remote.schedule ?? holds }
}

function shown(parts: ServiceParts, of: LimitsOf): Limits {
  const { rates, schedule, holds } = setFor(parts, of)
  const { uploadBytesPerSecond, downloadBytesPerSecond } = rates
  const now = parts.world.clock.now()
  const until = nextChange(holds, now)
  const syncUntil = nextChange(holds, now, hours => hours.sync)
  const { sync, ...scheduled } = hoursAt(holds, now)
  // Rates of the daemon's schedule are of all remotes together, and told there.
  const own = of.folder === undefined || holds !== parts.config.current.schedule ? scheduled : {}
  return {
    ...{ uploadBytesPerSecond, downloadBytesPerSecond },
    ...(of.folder === undefined ? { localNetwork: parts.config.current.limits.localNetwork } : {}),
    ...(schedule === undefined ? {} : { schedule: schedule.map(shownSpan) }),
    now: {
      clock: shownClock(now),
      ...{ uploadBytesPerSecond, downloadBytesPerSecond, ...own, sync: sync === 'on' },
      ...(until === undefined ? {} : { until }),
      ...(syncUntil === undefined ? {} : { syncUntil }),
    },
  }
}

function shownClock(at: number): Limits['now']['clock'] {
  const { day, minute } = machineClock(at)
  return { day: DAYS[day] ?? 'mon', time: formatTimeOfDay(minute) }
}

function put(draft: ConfigDraft, { folder, remote }: LimitsOf, change: LimitsChange): void {
  const { schedule: wanted } = change
  const schedule = wanted === undefined ? {} : { schedule: wanted === 'inherit' ? undefined : wanted.map(spanOf) }
  const now = draft.current
  if (folder === undefined) draft.set({ ...ratesIn(now.limits, change, 'limits'), ...schedule })
  else if (remote === undefined) draft.putFolder(folder, { ...refusedRates(change), ...schedule })
  else draft.putRemote(folder, remote, { ...ratesIn(remoteLimits(now, folder, remote), change, 'limits'), ...schedule })
}

function remoteLimits({ folders }: Config, folder: string, remote: string): RateLimits {
  const found = folders.find(({ id }) => id === folder)?.remotes.find(({ id }) => id === remote)
  return found?.limits ?? NO_LIMITS
}

function ratesIn<L extends RateLimits>(before: L, change: LimitsChange, key: 'limits'): { readonly limits?: L } {
  const { schedule: _, localNetwork, ...rates } = change
  if (localNetwork !== undefined && !('localNetwork' in before))
    throw new ApiError('invalid', 'Whether the local network is limited is set for all remotes together.')
  const named = { ...rates, ...(localNetwork === undefined ? {} : { localNetwork }) }
  return Object.keys(named).length === 0 ? {} : { [key]: { ...before, ...named } }
}

function refusedRates({ uploadBytesPerSecond, downloadBytesPerSecond, localNetwork }: LimitsChange): object {
  if (uploadBytesPerSecond === undefined && downloadBytesPerSecond === undefined && localNetwork === undefined)
    return {}
  throw new ApiError('invalid', 'A folder has no rates of its own: set them for its remotes, or for all together.')
}

function spanOf({ days, from, to, sync, ...rates }: ShownSpan): Span {
  const [fromMinute, toMinute] = [parseTimeOfDay(from), parseTimeOfDay(to)]
  if (fromMinute === undefined || toMinute === undefined || fromMinute === toMinute || fromMinute === 1440)
    throw new ApiError('invalid', 'Hours begin before 24:00, and end at another time than they begin.')
  return { days, fromMinute, toMinute, ...(sync === undefined ? {} : { sync: sync ? 'on' : 'off' }), ...rates }
}

function shownSpan({ days, fromMinute, toMinute, sync, ...rates }: Span): ShownSpan {
  return {
    ...{ days: [...days], from: formatTimeOfDay(fromMinute), to: formatTimeOfDay(toMinute) },
    ...(sync === undefined ? {} : { sync: sync === 'on' }),
    ...rates,
  }
}
