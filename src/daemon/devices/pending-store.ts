// Who would like to be known, and which folders are offered: kept over restarts, until a person says yes or no.
import type { PendingDevice, PendingFolder } from '../../api/shapes/devices.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import type { DeviceKey } from '../../wire/bep/device-key.ts'

export type Stranger = PendingDevice
/** What the device is called here is looked up when it is told. */
export type Offer = Omit<PendingFolder, 'name'>

/** Anybody can call, under any number of ids: no more are remembered. */
const MAX_PENDING = 100
/** One who calls every few seconds is not written down every time. */
const WRITE_EVERY_MS = 10 * 60_000

export class PendingStore {
  readonly #database: Database
  readonly #strangers: Kept<Stranger>
  readonly #offers: Kept<Offer>

  constructor(database: Database) {
    this.#database = database
    const all = database.all('SELECT device, folder, name, address, at FROM pending ORDER BY at')
    this.#strangers = new Map()
    this.#offers = new Map()
    for (const [device, folder, name, address, at] of all as readonly (readonly [
      string,
      string,
      string,
      string,
      number,
    ])[])
      if (folder === '') this.#strangers.set(device, { value: { device, name, address, at }, writtenAt: at })
      else this.#offers.set(keyOf(device, folder), { value: { device, folder, label: name, at }, writtenAt: at })
  }

  strangers(): readonly Stranger[] {
    return [...this.#strangers.values()].map(({ value }) => value)
  }

  offers(): readonly Offer[] {
    return [...this.#offers.values()].map(({ value }) => value)
  }

  /** Whether that is new. No more than so many are taken. */
  putStranger(stranger: Stranger): boolean {
    const { device, name, address, at } = stranger
    return put(this.#strangers, device, stranger, () => this.#write(device, '', name, address, at))
  }

  putOffer(offer: Offer): boolean {
    const { device, folder, label, at } = offer
    return put(this.#offers, keyOf(device, folder), offer, () => this.#write(device, folder, label, '', at))
  }

  removeStranger(device: DeviceKey): void {
    if (this.#strangers.delete(device)) this.#remove(device, '')
  }

  /** Those that it is so of. */
  removeOffers(isOver: (offer: Offer) => boolean): void {
    for (const [key, { value }] of this.#offers)
      if (isOver(value) && this.#offers.delete(key)) this.#remove(value.device, value.folder)
  }

  #write(device: string, folder: string, name: string, address: string, at: number): void {
    this.#database.run('INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?)', device, folder, name, address, at)
  }

  #remove(device: string, folder: string): void {
    this.#database.run('DELETE FROM pending WHERE device = ? AND folder = ?', device, folder)
  }
}

type Kept<T> = Map<string, { readonly value: T; readonly writtenAt: number }>

function put<T extends { readonly at: number }>(kept: Kept<T>, key: string, value: T, write: () => void): boolean {
  const before = kept.get(key)
  if (before === undefined && kept.size >= MAX_PENDING) return false
  const isSame =
    before !== undefined && JSON.stringify({ ...before.value, at: 0 }) === JSON.stringify({ ...value, at: 0 })
  const isWritten = isSame && value.at - before.writtenAt < WRITE_EVERY_MS
  if (!isWritten) write()
  kept.set(key, { value, writtenAt: isWritten ? before.writtenAt : value.at })
  return before === undefined
}

function keyOf(device: string, folder: string): string {
  return `${device} ${folder}`
}
