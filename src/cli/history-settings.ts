// `syncline folder history FOLDER [STRATEGY]`: how older versions of its files are kept.
import type { HistoryChange, HistoryState } from '../api/shapes/history-settings.ts'
import { counted, shown, shownBytes, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

export type Strategy = NonNullable<HistoryChange['strategy']>

export interface HistorySetOptions extends DaemonOptions {
  readonly versions?: number
  readonly maxAge?: number
  readonly git?: 'on' | 'off'
  readonly tidy?: boolean
}

export async function historySettings(
  text: string,
  strategy: Strategy | undefined,
  options: HistorySetOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id } = await folderNamed(client, text)
  const change = changeOf(strategy, options)
  if (Object.keys(change).length > 0) await client.historySettings.change(id, change)
  const tidied = options.tidy ? await client.historySettings.tidy(id) : undefined
  const state = await client.historySettings.read(id)
  if (options.json) printObject(out, 'history-settings', { ...state, ...(tidied === undefined ? {} : { tidied }) })
  else for (const line of [...tidiedLines(tidied), ...linesOf(state)]) out.write(`${line}\n`)
  return EXIT.equal
}

function changeOf(strategy: Strategy | undefined, { versions, maxAge, git }: HistorySetOptions): HistoryChange {
  const wanted = strategy ?? (versions === undefined ? undefined : 'newest')
  return {
    ...(wanted === undefined ? {} : { strategy: wanted }),
    ...(versions === undefined ? {} : { versions }),
    ...(maxAge === undefined ? {} : { maxDays: maxAge }),
    ...(git === undefined ? {} : { git }),
  }
}

function tidiedLines(tidied: { readonly removed: number; readonly removedBytes: number } | undefined) {
  return tidied === undefined
    ? []
    : [`${counted(tidied.removed, 'version')} removed for good, ${shownBytes(tidied.removedBytes)}.`]
}

function linesOf({ settings, kept, git }: HistoryState): readonly string[] {
  const { strategy, versions, maxDays } = settings
  const which = {
    all: 'All older versions are kept',
    newest: `The newest ${versions} older versions of each file are kept`,
    staggered: 'Fewer older versions are kept the older they are',
  }[strategy]
  const until = maxDays === 'for-ever' ? '' : `; what is older than ${counted(maxDays, 'day')} may go`
  return [
    `${which}${until}.`,
    ...(kept === undefined
      ? []
      : [
          `Kept now: ${counted(kept.versions, 'version')}, ${shownBytes(kept.sizeBytes)}${kept.oldestAt === undefined ? '' : `, since ${shownTime(kept.oldestAt)}`}.`,
        ]),
    ...(git === undefined ? [] : [`Git: ${counted(git.commits, 'commit')} in ${shown(git.path)}`]),
    ...(git?.problem === undefined ? [] : [shown(git.problem)]),
  ]
}
