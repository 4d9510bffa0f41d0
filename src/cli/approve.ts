// `syncline approve FOLDER [REMOTE]`: lets a plan through that a brake has stopped.
import { ApiError } from '../api/errors.ts'
import { shown } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed, remoteNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList } from './listing.ts'
import type { Streams } from './output.ts'

/** Without a folder, lists what waits. */
export async function approveCommand(
  text: string | undefined,
  remoteText: string | undefined,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
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
    await client.brakes.approve(id)
    if (!options.json) out.write(`Approved, once: ${shown(sentence)} (${shown(at)})\n`)
  }
  return EXIT.equal
}
