// What is on its way now, over all folders, and how fast.
import type { Transfers } from '../../api/shapes/transfers.ts'
import type { Devices } from '../devices/devices.ts'
import type { ServiceParts } from './service-parts.ts'

const MOST = 1000

export function transfersOf(
  { loops }: Pick<ServiceParts, 'loops'>,
  devices: Pick<Devices, 'status'>,
): Pick<Transfers, 'items' | 'remotes' | 'devices'> {
  const remotes = loops().flatMap(({ id, session }) =>
    (session?.remotes ?? []).map(remote => ({ names: { folder: id, remote: remote.id }, moving: remote.moving })),
  )
  const items = remotes.flatMap(({ names, moving }) => moving.list(MOST).map(file => ({ ...names, ...file })))
  const rates = remotes.map(({ names, moving: { up, down } }) => ({
    ...names,
    ...{ uploadBytesPerSecond: up.bytesPerSecond, downloadBytesPerSecond: down.bytesPerSecond },
  }))
  return {
    items: items.sort((a, b) => a.startedAt - b.startedAt).slice(0, MOST),
    remotes: rates.filter(isMoving),
    devices: devices
      .status()
      .filter(({ state }) => state === 'connected')
      .map(({ id, name, inBytesPerSecond, outBytesPerSecond }) => ({
        ...{ device: id, name },
        ...{ uploadBytesPerSecond: outBytesPerSecond, downloadBytesPerSecond: inBytesPerSecond },
      })),
  }
}

function isMoving(rates: { readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number }): boolean {
  return rates.uploadBytesPerSecond + rates.downloadBytesPerSecond > 0
}
