// `syncline grant …`: folders of the daemon in the trees of accounts.
import { shown } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList, printObject } from './listing.ts'
import type { Streams } from './output.ts'

export interface GrantAddOptions extends DaemonOptions {
  readonly readOnly?: boolean
  /** The name of the directory that it shows as. */
  readonly as?: string
}

export async function grantAdd(
  text: string,
  account: string,
  options: GrantAddOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id } = await folderNamed(client, text)
  const grant = await client.grants.add({
    folder: id,
    account,
    rights: options.readOnly ? 'read' : 'write',
    ...(options.as === undefined ? {} : { mount: options.as }),
  })
  if (options.json) printObject(out, 'grant', grant)
  else {
    const may = grant.rights === 'read' ? 'may read' : 'may read and change'
    out.write(`${shown(grant.account)} ${may} '${shown(id)}', as the directory '${shown(grant.mount)}'.\n`)
  }
  return EXIT.equal
}

export async function grantList(options: DaemonOptions, { out }: Streams): Promise<number> {
  printList(out, options.json, {
    items: await daemonClient(options).grants.list(),
    type: 'grant',
    words: ({ folder, account, rights, mount }) => [shown(folder), shown(account), rights, shown(mount)],
    none: 'No folder is granted to anybody.',
  })
  return EXIT.equal
}

export async function grantRemove(
  text: string,
  account: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id } = await folderNamed(client, text)
  await client.grants.remove(id, account)
  if (!options.json) out.write(`${shown(account)} does not see '${shown(id)}' any more.\n`)
  return EXIT.equal
}
