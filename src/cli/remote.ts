// `syncline remote …`: what a folder of the daemon is kept equal with.
import type { RemoteDraft } from '../api/shapes/remotes.ts'
import { type LoginOptions, loginFor, takePassword } from '../assemble/login.ts'
import { parseRemote } from '../assemble/remote-address.ts'
import { SyncError } from '../model/errors.ts'
import { shown } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed, remoteNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList, printObject } from './listing.ts'
import type { Streams } from './output.ts'
import { listenForStop } from './stop-signals.ts'

export interface RemoteAddOptions extends DaemonOptions, LoginOptions {
  readonly id?: string
  readonly trustCert?: string
  /** Only make contact, and tell. */
  readonly test?: boolean
}

export async function remoteAdd(
  text: string,
  address: string,
  options: RemoteAddOptions,
  { out }: Streams,
): Promise<number> {
  const draft = draftOf(address, options)
  const client = daemonClient(options)
  const { id } = await folderNamed(client, text)
  using stop = listenForStop()
  if (options.test) {
    const found = await client.remotes.test(id, draft, stop.signal)
    if (options.json) printObject(out, 'found', found)
    else tellFound(found, out)
    return EXIT.equal
  }
  const { remote, found } = await client.remotes.add(id, draft, stop.signal)
  if (options.json) printObject(out, 'remote', { ...remote, found })
  else {
    tellFound(found, out)
    out.write(`Added as '${shown(remote.id)}'. From now on '${shown(id)}' is kept equal with it.\n`)
  }
  return EXIT.equal
}

function tellFound(
  { label, remarks }: { readonly label: string; readonly remarks: readonly string[] },
  out: Streams['out'],
): void {
  out.write(`Found: ${shown(label)}\n`)
  for (const remark of remarks) out.write(`  ${shown(remark)}\n`)
}

/** The daemon has another working directory: paths are made whole here. */
function draftOf(text: string, options: RemoteAddOptions): RemoteDraft {
  const address = parseRemote(text)
  if (address.kind === 'server' && address.password !== undefined)
    throw new SyncError(
      'usage',
      'A password in the address can be seen in the process list. Put it into a file and add --password-file FILE.',
    )
  const login = loginFor(address, options, takePassword(process.env))
  const { id, trustCert } = options
  return {
    address: address.kind === 'directory' ? address.path : address.url.href,
    ...(login === undefined ? {} : login),
    ...(id === undefined ? {} : { id }),
    ...(trustCert === undefined ? {} : { trustCert }),
  }
}

export async function remoteList(text: string | undefined, options: DaemonOptions, { out }: Streams): Promise<number> {
  const client = daemonClient(options)
  const folders = text === undefined ? await client.folders.list() : [await folderNamed(client, text)]
  const { folders: states } = await client.status()
  const sentenceOf = (folder: string, remote: string) =>
    states.find(each => each.id === folder)?.remotes.find(each => each.id === remote)?.sentence ?? ''
  printList(out, options.json, {
    items: folders.flatMap(({ id, remotes }) => remotes.map(remote => ({ folder: id, ...remote }))),
    type: 'remote',
    words: ({ folder, id, address, user }) => [
      shown(folder),
      shown(id),
      shown(user === undefined ? address : `${address} as ${user}`),
      shown(sentenceOf(folder, id)),
    ],
    none: 'No remotes. `syncline remote add FOLDER ADDRESS` adds one.',
  })
  return EXIT.equal
}

/** The devices that share a folder: they are none of the remotes that are listed. */
const MESH = 'mesh'

export type RemoteAct = 'remove' | 'pause' | 'resume' | 'sync'

export async function remoteAct(
  act: RemoteAct,
  { folder: text, remote: name }: { readonly folder: string; readonly remote: string | undefined },
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const folder = await folderNamed(client, text)
  const isOfDevices = act === 'sync' && name === MESH && folder.remotes.every(({ id }) => id !== MESH)
  const id = isOfDevices ? MESH : remoteNamed(folder, name).id
  await client.remotes[act](folder.id, id)
  if (!options.json) out.write(`${DONE[act](shown(id))}\n`)
  return EXIT.equal
}

const DONE: Readonly<Record<RemoteAct, (id: string) => string>> = {
  remove: id => `Removed '${id}'. Nothing was deleted on either side.`,
  pause: id => `'${id}' is paused.`,
  resume: id => `'${id}' goes on.`,
  sync: id => `Both sides of '${id}' are looked at now. \`syncline status\` tells how it goes.`,
}
