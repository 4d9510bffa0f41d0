// `syncline history FOLDER [PATH]`: what changed lately, the versions of a file, the folder as it was, and the way back.
import type { Change, FileVersion, PastChange } from '../api/shapes/history.ts'
import type { Path, Place } from '../model/path.ts'
import { counted, shown, shownBytes, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList, printObject } from './listing.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'

export interface HistoryOptions extends DaemonOptions {
  /** Milliseconds since 1970. */
  readonly at?: number
  readonly restore?: string | true
  readonly newerToTrash?: boolean
  readonly undo?: number
}

interface Asked {
  readonly client: ReturnType<typeof daemonClient>
  readonly folder: string
  readonly place: Place
  readonly options: HistoryOptions
  readonly out: Streams['out']
}

const NEVER = new AbortController().signal
const PAGE = { after: undefined, limit: 1000 }

export async function historyCommand(
  text: string,
  path: string | undefined,
  options: HistoryOptions,
  { out, err }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const folder = await folderNamed(client, text)
  const place = path === undefined ? '' : parsePathIn(folder.path, path)
  const asked: Asked = { client, folder: folder.id, place, options, out }
  if (options.undo !== undefined) return undo(options.undo, asked)
  if (options.at !== undefined) return options.restore ? goBack(options.at, asked, err) : preview(options.at, asked)
  if (typeof options.restore === 'string') return restore(options.restore, asked)
  return place === '' ? changes(asked) : versions(place, asked)
}

async function changes({ client, folder, options, out }: Asked): Promise<number> {
  const { items } = await client.history.changes(folder, '', PAGE)
  printList(out, options.json, { items, type: 'change', words: wordsOfChange, none: 'Nothing is on record yet.' })
  return EXIT.equal
}

function wordsOfChange({ id, at, what, path, from, count, by, canUndo }: Change): readonly string[] {
  const where = from === undefined ? shown(path) : `${shown(from)} → ${shown(path)}`
  return [
    `${id}`,
    shownTime(at),
    what,
    shown(by.label),
    (count === undefined ? where : `${counted(count, 'path')} in ${where || 'the folder'}`) +
      (canUndo ? '' : ' (final)'),
  ]
}

async function versions(path: Path, { client, folder, options, out }: Asked): Promise<number> {
  const { versions: items } = await client.history.file(folder, path, PAGE)
  const none = `No older versions of ${shown(path)} are kept.`
  printList(out, options.json, { items, type: 'version', words: wordsOfVersion, none })
  return items.length === 0 ? EXIT.unsynced : EXIT.equal
}

function wordsOfVersion({ keptAt, why, sizeBytes, by, revision }: FileVersion): readonly string[] {
  return [shownTime(keptAt), why, shownBytes(sizeBytes), by === undefined ? '' : shown(by.label), shown(revision)]
}

async function restore(revision: string, { client, folder, place, options, out }: Asked): Promise<number> {
  const { restored } = await client.history.restore(folder, place as Path, revision, NEVER)
  for (const each of restored)
    if (options.json) printObject(out, 'restored', each)
    else out.write(`${shown(each.path)} is as it was. What was there is in the trash.\n`)
  return EXIT.equal
}

async function preview(at: number, { client, folder, place, options, out }: Asked): Promise<number> {
  const { items, counts, remarks, next } = await client.history.preview(folder, { at, place }, PAGE, NEVER)
  const none = 'Everything is as it was then, as far as that is known.'
  printList(out, options.json, { items, type: 'past-change', words: wordsOfPast, none })
  if (options.json) return EXIT.equal
  if (next !== undefined) out.write('… and more\n')
  const { bringBack, replace, remove, moveBack } = counts
  out.write(
    `To come back: ${bringBack}. To be replaced: ${replace}. To be moved back: ${moveBack}. Came since: ${remove}.\n`,
  )
  for (const remark of remarks) out.write(`${remark}\n`)
  return EXIT.equal
}

const CHANGE_WORDS: Readonly<Record<PastChange['change'], string>> = {
  'bring-back': 'comes back',
  replace: 'is replaced',
  remove: 'came since',
  'move-back': 'is moved back',
}

function wordsOfPast({ change, sizeBytes, path, from }: PastChange): readonly string[] {
  const where = from === undefined ? shown(path) : `${shown(path)} → ${shown(from)}`
  return [CHANGE_WORDS[change], shownBytes(sizeBytes), where]
}

async function goBack(at: number, asked: Asked, err: Streams['err']): Promise<number> {
  const { client, folder, place, options, out } = asked
  const newer = options.newerToTrash ? 'trash' : 'keep'
  const done = await client.history.restorePast(folder, { at, place, newer }, NEVER)
  const { broughtBack, replaced, movedBack, removed, failed, undoAt } = done
  for (const { path, message } of failed) err.write(`syncline: ${shown(path)}: ${shown(message)}\n`)
  if (options.json) printObject(out, 'past-restored', done)
  else {
    out.write(`Brought back ${broughtBack}, replaced ${replaced}, moved back ${movedBack}, to the trash ${removed}.\n`)
    out.write(`To undo: --at '${new Date(undoAt).toISOString()}' --restore --newer-to-trash\n`)
  }
  return failed.length === 0 ? EXIT.equal : EXIT.unsynced
}

async function undo(change: number, { client, folder, options, out }: Asked): Promise<number> {
  const undone = await client.history.undo(folder, change, NEVER)
  const words = { restored: 'is as it was', trashed: 'is in the trash', 'moved-back': 'is where it was' }[undone.did]
  if (options.json) printObject(out, 'undone', undone)
  else out.write(`${shown(undone.path)} ${words}.\n`)
  return EXIT.equal
}
