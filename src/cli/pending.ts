// `syncline pending …`: devices that called, and folders that were offered.
import { resolve } from 'node:path'
import type { ServiceClient } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import { shown, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed } from './ask-daemon.ts'
import { devicesIn } from './device.ts'
import { EXIT } from './exit-status.ts'
import { printList } from './listing.ts'
import type { Streams } from './output.ts'

export interface AcceptOptions extends DaemonOptions {
  readonly name?: string
  readonly path?: string
  readonly as?: string
}

interface Named {
  readonly device: string
  readonly folder: string | undefined
}

export async function pendingList(options: DaemonOptions, { out }: Streams): Promise<number> {
  const { devices, folders } = await daemonClient(options).devices.pending()
  printList(out, options.json, {
    items: [
      ...devices.map(device => ({ what: 'device' as const, ...device })),
      ...folders.map(folder => ({ what: 'folder' as const, ...folder })),
    ],
    type: 'pending',
    words: item =>
      item.what === 'device'
        ? ['device', item.device, shown(item.name), `called from ${shown(item.address)} at ${shownTime(item.at)}`]
        : ['folder', shown(item.folder), shown(item.label), `offered by ${shown(item.name)} (${item.device})`],
    none: 'Nothing is waiting.',
  })
  return EXIT.equal
}

export async function pendingAccept(
  { device: text, folder }: Named,
  options: AcceptOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const device = await pendingDevice(client, text)
  const { name, path, as } = options
  // The daemon has another working directory.
  await client.devices.accept({
    device,
    ...(folder === undefined ? {} : { folder }),
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path: resolve(path) }),
    ...(as === undefined ? {} : { as: (await folderNamed(client, as)).id }),
  })
  if (!options.json)
    out.write(folder === undefined ? 'The device is known now.\n' : `'${shown(folder)}' is shared from now on.\n`)
  return EXIT.equal
}

export async function pendingIgnore(
  { device: text, folder }: Named,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const device = await pendingDevice(client, text)
  await client.devices.ignore({ device, ...(folder === undefined ? {} : { folder }) })
  if (!options.json) out.write('You will not be told of it again.\n')
  return EXIT.equal
}

/** By id, the beginning of one, or name: of those who wait, or whose folders do. */
async function pendingDevice(client: ServiceClient, text: string): Promise<string> {
  const { devices, folders } = await client.devices.pending()
  const all = [...devices, ...folders].map(({ device, name }) => ({ id: device, name }))
  const ids = [...new Set(devicesIn(all, text).map(({ id }) => id))]
  const [found, other] = ids
  if (found !== undefined && other === undefined) return found
  throw new ApiError(
    'not-found',
    other === undefined ? `Nothing waits of '${text}'.` : `'${text}' may be more than one device: give the whole id.`,
  )
}
