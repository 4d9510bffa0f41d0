// Settings of the daemon as a whole.
import type { ConfigService } from '../../api/service.ts'
import type { ConfigView } from '../../api/shapes/config.ts'
import type { Config } from '../config/config.ts'
import type { ServiceParts } from './service-parts.ts'

export function configService({ config, apply }: ServiceParts, listening: () => readonly string[]): ConfigService {
  const read = (): ConfigView => ({
    file: config.file,
    settings: settingsOf(config.current),
    listening: listening(),
    problems: config.problems.map(({ severity, line, key, message }) => ({
      severity,
      key,
      message,
      ...(line === undefined ? {} : { line }),
    })),
  })
  return {
    read: async () => read(),
    change: async ({ logLevel, isInMaintenance, quotaBytes }) => {
      await config.change(draft => {
        const { log, host } = draft.current
        if (logLevel !== undefined) draft.set({ log: { ...log, level: logLevel } })
        if (isInMaintenance !== undefined || quotaBytes !== undefined)
          draft.set({
            host: {
              ...host,
              ...(isInMaintenance === undefined ? {} : { isInMaintenance }),
              ...(quotaBytes === undefined ? {} : { quotaBytes }),
            },
          })
      })
      await apply()
      return read()
    },
  }
}

function settingsOf({ log, host }: Config): ConfigView['settings'] {
  return { logLevel: log.level, isInMaintenance: host.isInMaintenance, quotaBytes: host.quotaBytes }
}
