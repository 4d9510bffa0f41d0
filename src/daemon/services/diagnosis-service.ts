// What does not go as it should, gathered from everywhere and put together by cause.
import { readFileSync } from 'node:fs'
import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os'
import type { DiagnosisService } from '../../api/diagnosis.ts'
import { prometheusText } from '../../api/metrics.ts'
import type { Service } from '../../api/service.ts'
import type { SupportBundle, Trouble } from '../../api/shapes/diagnosis.ts'
import type { FolderStatus, RemoteStatus } from '../../api/shapes/status.ts'
import { codeOf } from '../../platform/tree.ts'
import type { Devices } from '../devices/devices.ts'
import { redaction } from '../log/log-redaction.ts'
import { type PathsInTrouble, pathTroubles, troubleOf } from './path-troubles.ts'
import { reachTroubles } from './reach-troubles.ts'
import type { ServiceParts } from './service-parts.ts'
import { type Watched, watchTroubles } from './watch-troubles.ts'

const LOG_LINES = 1000

type Parts = ServiceParts & { readonly devices: Pick<Devices, 'unreached'> }

type Asked = Pick<Service, 'about' | 'status' | 'log' | 'metrics'>

/** `service`: what is told to others as well. */
export function diagnosisService(parts: Parts, service: () => Asked): DiagnosisService {
  const problems = async () => troublesIn(parts, (await service().status()).folders)
  return { problems, support: async () => bundle(parts, service(), await problems()) }
}

// --- problems ----------------------------------------------------------------------------------------------------------------

const SEVERITIES: readonly Trouble['severity'][] = ['stopped', 'some', 'notice']

function troublesIn(parts: Parts, folders: readonly FolderStatus[]): readonly Trouble[] {
  const unwritten = parts.disk.fault()
  const all = [
    ...(unwritten === undefined ? [] : [troubleOf(['home'], { severity: 'some', cause: 'home', sentence: unwritten })]),
    ...parts.config.problems.map(({ message, key, line }) =>
      troubleOf(['config', key, String(line ?? '')], { severity: 'notice', cause: 'config', sentence: message }),
    ),
    ...reachTroubles(parts.devices.unreached, parts.world.clock.now()),
    ...folders.flatMap(ofFolder),
    ...parts.loops().flatMap(({ id, session }) => (session === undefined ? [] : ofOpen(id, session))),
  ]
  return all.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
}

function ofOpen(folder: string, session: Watched & PathsInTrouble): readonly Trouble[] {
  return [...watchTroubles(folder, session), ...pathTroubles(folder, session)]
}

function ofFolder({ id: folder, fault, remotes, conflicts }: FolderStatus): readonly Trouble[] {
  const own = fault === undefined ? [] : [{ severity: 'stopped' as const, cause: fault.code, sentence: fault.message }]
  const copies = conflicts === 1 ? 'There is a conflict copy' : `There are ${conflicts} conflict copies`
  return [
    ...own.map(each => troubleOf([folder, each.cause], { ...each, folder })),
    ...(conflicts === 0
      ? []
      : [
          troubleOf([folder, 'conflict'], {
            ...{ severity: 'some', cause: 'conflict', folder, count: conflicts },
            sentence: `${copies} to decide about.`,
          }),
        ]),
    ...remotes.flatMap(remote => ofRemote(folder, remote)),
  ]
}

function ofRemote(folder: string, status: RemoteStatus): readonly Trouble[] {
  const { id: remote, fault, brake, nextTryAt, differs = 0, sentence: words } = status
  if (differs > 0) {
    const told = { severity: 'some' as const, cause: 'differs', sentence: words, folder, remote, count: differs }
    return [troubleOf([folder, remote, 'differs'], told)]
  }
  const cause = brake === undefined ? fault?.code : 'brake'
  const sentence = brake?.sentence ?? fault?.message
  if (cause === undefined || sentence === undefined) return []
  return [
    troubleOf([folder, remote, cause], {
      ...{ severity: 'stopped', cause, sentence, folder, remote },
      ...(brake === undefined ? {} : { count: brake.count }),
      ...(nextTryAt === undefined ? {} : { nextTryAt }),
    }),
  ]
}

// --- for whoever is to help --------------------------------------------------------------------------------------------------

async function bundle(parts: Parts, service: Asked, problems: readonly Trouble[]): Promise<SupportBundle> {
  const { config, secrets, world } = parts
  const hide = redaction(() => secrets.all()).text
  const text = configText(config.file)
  const told = {
    about: { ...service.about() },
    status: { ...(await service.status()) },
    problems: [...problems],
    log: [...(await service.log({ level: 'debug', limit: LOG_LINES }))],
    configProblems: config.problems.map(({ message }) => message),
  }
  return {
    at: Math.floor(world.clock.now()),
    system: systemFacts(),
    config: text.split('\n').map(hide).join('\n'),
    metrics: prometheusText(await service.metrics()),
    ...(without(told, hide) as typeof told),
  }
}

function systemFacts(): Record<string, string | number> {
  const [load = 0] = loadavg()
  return {
    ...{ platform: platform(), release: release(), arch: arch(), node: process.version, cpus: cpus().length },
    ...{ totalMemoryBytes: totalmem(), freeMemoryBytes: freemem(), residentBytes: process.memoryUsage().rss },
    ...{ uptimeSeconds: Math.floor(uptime()), processSeconds: Math.floor(process.uptime()), load },
  }
}

function configText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return `cannot be read (${codeOf(error) ?? String(error)})`
  }
}

/** A copy in which every text went through `hide`. */
function without(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return value.map(each => without(each, hide))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, without(each, hide)]))
}
