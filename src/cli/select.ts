// `syncline select FOLDER PATH…` and `syncline deselect FOLDER PATH…`: what this device keeps of a folder.
import type { Selection } from '../api/shapes/selection.ts'
import { chooseIn } from '../assemble/choose-in.ts'
import { openKnownFolder } from '../assemble/open-folder.ts'
import type { Path } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { counted, shown } from '../words/show.ts'
import { type DaemonOptions, daemonOf } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'

export interface SelectOptions extends DaemonOptions {
  readonly list?: boolean
  readonly without?: readonly string[]
}

interface Texts {
  readonly select: readonly string[]
  readonly deselect: readonly string[]
}

/** Tells what is not kept afterwards. */
export async function selectCommand(
  folder: string,
  texts: Texts,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const held = await daemonOf(folder, options)
  const isChange = texts.select.length > 0 || texts.deselect.length > 0
  const root = held?.folder.path ?? folder
  const change = {
    select: texts.select.map(text => parsePathIn(root, text)),
    deselect: texts.deselect.map(text => parsePathIn(root, text)),
  }
  const after = held === undefined ? await chooseHere(folder, change) : await askDaemon(held, change, isChange)
  for (const { path, state } of after)
    out.write(options.json ? `${JSON.stringify({ type: 'deselected', path, state })}\n` : `${shown(path)}\n`)
  if (!options.json) out.write(`${wordsOf(after, change, held === undefined)}\n`)
  return EXIT.equal
}

type Held = NonNullable<Awaited<ReturnType<typeof daemonOf>>>
interface Change {
  readonly select: readonly Path[]
  readonly deselect: readonly Path[]
}

async function askDaemon({ client, folder }: Held, change: Change, isChange: boolean) {
  const { deselected } = isChange
    ? await client.selection.change(folder.id, change)
    : await client.selection.read(folder.id)
  return deselected
}

async function chooseHere(folder: string, change: Change): Promise<Selection['deselected']> {
  const isChange = change.select.length > 0 || change.deselect.length > 0
  const files = await openKnownFolder(folder, isChange ? 'write' : 'look')
  try {
    const selection = await chooseIn(files, nodeWorld({ log: () => {} }), isChange ? change : undefined)
    return selection.deselected.map(path => ({ path, state: selection.isCleared(path) ? 'gone' : 'going' }))
  } finally {
    await files.close()
  }
}

function wordsOf(after: Selection['deselected'], { select, deselect }: Change, isNextRun: boolean): string {
  if (after.length === 0) return 'Everything is kept on this device.'
  const kept = `${counted(after.length, 'directory is', 'directories are')} not kept on this device.`
  const when = isNextRun ? 'with the next run of `syncline sync`' : 'now'
  if (deselect.length > 0)
    return `${kept} What the remote has of them goes from here ${when}, to the trash; what it does not have stays.`
  return select.length > 0 ? `${kept} What was selected comes ${when}.` : kept
}
