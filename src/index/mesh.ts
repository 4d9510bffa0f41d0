// What a folder's index holds of its mesh: what each device announced, what we announced, and which of it all devices go to.
import type { ContentId } from '../model/content.ts'
import type { Kind } from '../model/entry.ts'
import type { Path, Place } from '../model/path.ts'
import type { DeviceId, Version } from '../model/version.ts'

/** One path as one device announced it. A deletion is an announcement too. */
export interface Announcement {
  readonly path: Path
  readonly kind: Kind
  readonly version: Version
  /** The place in the order of what that device announced. */
  readonly sequence: number
  readonly deleted: boolean
  /** Not offered: ignored there, or held back. */
  readonly invalid: boolean
  /** Bytes of a file; 0 of everything else. */
  readonly size: number
  /** Nanoseconds since 1970; of a deletion, when it was noticed. */
  readonly modifiedNs: bigint
  readonly modifiedBy: DeviceId
  /** Undefined where permissions mean nothing. */
  readonly mode: number | undefined
  /** Of a symlink. */
  readonly target: string | undefined
  /** Of a file: what its blocks are kept under; a content id where they have the size that is usual for the file. */
  readonly blocks: BlocksKey | undefined
  readonly blockSize: number
  /**
   * A change made here, in a folder that only receives: it is so on the disk, and told to others as what is not offered. `version` is
   * the one that it was made of.
   */
  readonly isKeptBack?: boolean
}

/** Names the block hashes of a file: `content` when other replicas know the file by it too. */
export interface BlocksKey {
  readonly key: string
  readonly content: ContentId | undefined
  /** Where one block is all of the file, its hash (32 bytes): only of more than one the hashes are on record under the key. */
  readonly only?: Uint8Array
}

export interface KnownIndex {
  /** Random, not 0; another one after that index was lost. */
  readonly indexId: bigint
  /** The highest sequence of it that was heard. */
  readonly sequence: number
}

/** What all devices go to at a path, and who has it. */
export interface Global {
  readonly announcement: Announcement
  /** Devices that offer exactly this version. `undefined` stands for ourselves. */
  readonly holders: readonly (string | undefined)[]
}

export interface Lack {
  readonly items: number
  readonly bytes: number
  /** Of all that there is. */
  readonly of: { readonly items: number; readonly bytes: number }
}

export interface MeshRules {
  /** Which of the announcements of a path all devices go to: the same whatever their order. */
  pick(all: readonly Announcement[]): Announcement | undefined
  /** Whether one who has the version `own` goes to another that is `global`. */
  lacks(own: Version, global: Version): boolean
}

/** Calls are synchronous, writes atomic. Devices are named by their keys. */
export interface MeshRecords {
  /** Our own index, as others are to know it. */
  own(): KnownIndex
  /** What is known of a device's index; index id 0 when nothing is. */
  known(device: string): KnownIndex
  /** Forgets what the device announced, and from now on hears another index of it. Returns the paths at which something else is global now. */
  restart(device: string, indexId: bigint): readonly Path[]
  /** Takes in what the device announced; the same for its later word on a path. Returns the paths at which something else is global now. */
  hear(device: string, announcements: readonly Announcement[]): readonly Path[]
  /** The device left the mesh. */
  forget(device: string): readonly Path[]
  devices(): readonly string[]
  /** Announces; the sequences given are replaced by the next ones. */
  announce(announcements: readonly Announcement[]): void
  announced(path: Path): Announcement | undefined
  /** Ours with higher sequences than `sequence`, in that order. */
  announcedSince(sequence: number, limit: number): readonly Announcement[]
  /** What all go to; undefined when nobody announced anything. */
  global(path: Path): Global | undefined
  /** The same without who has it, at a fraction of what that costs. */
  picked(path: Path): Announcement | undefined
  /** What all would go to if we had announced nothing. */
  pickedOfOthers(path: Path): Announcement | undefined
  /** Whether another device announced something newer than this version: who made that knew of it. */
  isFollowed(path: Path, version: Version): boolean
  /** What all go to directly in a place, deletions and what nobody offers left out. */
  globalsIn(place: Place): readonly Announcement[]
  /** Of ours, what is offered directly in a place. */
  announcedIn(place: Place): readonly Announcement[]
  /** Of ours, what is kept back directly in a place, deletions included. */
  keptBackIn(place: Place): readonly Announcement[]
  /** Of ours, what is kept back after this path, in the order of paths. */
  keptBackAfter(path: Path | '', limit: number): readonly Announcement[]
  countKeptBack(): number
  /** What all go to and we have not, after this path, in the order of paths. */
  lackedAfter(path: Path | '', limit: number): readonly Announcement[]
  /** What is no directory, or announced as deleted, directly in a place, although all go to something in it. */
  impliedIn(place: Place): readonly Path[]
  /** Some of what all go to below a path, at most `limit`. */
  pickedBelow(path: Path, limit: number): readonly Path[]
  /** One of ours, not deleted, with these blocks; none of the path itself. */
  announcedWith(key: string, except: Path): Announcement | undefined
  /** What a device lacks. */
  lackOf(device: string): Lack
}
