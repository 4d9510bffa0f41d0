// `syncline approve FOLDER [REMOTE]`: lets a plan through that a brake has stopped, or brings back what it would have deleted.
import { ApiError } from '../api/errors.ts'
import { SyncError } from '../model/errors.ts'
import { shown } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed, remoteNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList } from './listing.ts'
import type { Streams } from './output.ts'

export interface ApproveOptions extends DaemonOptions {
  readonly restore?: boolean
}

/** Without a folder, lists what waits. */
export async function approveCommand(
  text: string | undefined,
  remoteText: string | undefined,
  options: ApproveOptions,
  { out }: Streams,
): Promise<number> {
  if (options.restore && text === undefined)
    throw new SyncError('usage', 'Name the folder that is to be as it was: `syncline approve FOLDER --restore`.')
  const client = daemonClient(options)
  const brakes = await client.brakes.list()
  if (text === undefined) {
    printList(out, options.json, {
      items: brakes,
      type: 'brake',
      words: ({ folder, remote, sentence }) => [shown(folder), shown(remote), shown(sentence)],
      none: 'Nothing waits for a yes.',
    })
    return brakes.length === 0 ? EXIT.equal : EXIT.brake
  }
  const folder = await folderNamed(client, text)
  const held = brakes.filter(each => each.folder === folder.id)
  // The devices of a mesh are none of the remotes that are listed.
  const isHeld = held.some(({ remote }) => remote === remoteText)
  const remote = remoteText === undefined || isHeld ? remoteText : remoteNamed(folder, remoteText).id
  const meant = held.filter(each => remote === undefined || each.remote === remote)
  if (meant.length === 0) throw new ApiError('stale', `Nothing waits for a yes in '${folder.id}'.`)
  for (const { id, sentence, remote: at } of meant) {
    await (options.restore ? client.brakes.restore(id) : client.brakes.approve(id))
    const done = options.restore ? 'What is missing comes back' : 'Approved, once'
    if (!options.json) out.write(`${done}: ${shown(sentence)} (${shown(at)})\n`)
  }
  return EXIT.equal
}
