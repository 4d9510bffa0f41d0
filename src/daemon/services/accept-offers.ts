// Folders that a device offers whose offers are taken without asking: each comes to a directory of its own below the one that was named for that.
import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { PendingFolder } from '../../api/shapes/devices.ts'
import { SyncError } from '../../model/errors.ts'
import type { DeviceConfig } from '../config/config.ts'
import { directoryNameOf } from '../devices/offered-name.ts'
import type { ServiceParts } from './service-parts.ts'

export interface AcceptParts {
  readonly service: Pick<ServiceParts, 'config' | 'history' | 'world'>
  /** Makes the folder at the path, and shares it with the device that offers it. */
  readonly take: (offer: PendingFolder, path: string) => Promise<void>
}

/** No device makes as many as it likes: with so many folders, a person is asked. */
const MOST_FOLDERS = 100
/** Of one name. */
const MOST_TRIES = 100

/** Takes an offer, one after the other, if it is one of a device whose offers are taken. What cannot be taken stays pending, and is told of. */
export function offerAcceptor({ service, take }: AcceptParts): (offer: PendingFolder) => Promise<void> {
  const { config, history, world } = service
  const acceptOne = async (offer: PendingFolder) => {
    const device = config.current.devices.find(({ id }) => id === offer.device)
    if (device?.acceptInto === undefined || !isNew(offer, device)) return
    const path = freePlace(device.acceptInto, offer)
    await take(offer, path)
    history.add({ type: 'notice', text: `'${device.name}' offered a folder. It was taken, and is in '${path}'.` })
  }
  /** One that is here, under the same id, is not given to anybody without asking. */
  const isNew = ({ folder }: PendingFolder, { ignoredFolders }: DeviceConfig) => {
    const { folders } = config.current
    const isHere = folders.some(({ meshId }) => meshId === folder)
    return !isHere && !ignoredFolders.includes(folder) && folders.length < MOST_FOLDERS
  }
  let last: Promise<void> = Promise.resolve()
  return offer => {
    last = last
      .then(() => acceptOne(offer))
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        world.log('warn', `A folder that a device offered could not be taken: ${why}`, { device: offer.device })
      })
    return last
  }
}

/** A path that nothing is at. */
function freePlace(directory: string, offer: PendingFolder): string {
  if (!existsSync(directory)) throw new SyncError('usage', `'${directory}' is not there.`)
  const name = directoryNameOf(offer)
  for (let number = 1; number <= MOST_TRIES; number += 1) {
    const path = join(directory, number === 1 ? name : `${name} ${number}`)
    // Links that lead nowhere are something, too.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path
  }
  throw new SyncError('usage', `In '${directory}' there are too many of the name '${name}'.`)
}
