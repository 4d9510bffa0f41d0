// The files of one remote that are on their way: how far each has come, how fast, and how fast they may be.
import type { MovingFile } from '../../api/shapes/transfers.ts'
import type { Path } from '../../model/path.ts'
import type { Clock } from '../../platform/world.ts'
import type { Direction, Flow, Meter } from '../../replica/metered.ts'
import type { Claim, DiskRoom } from './disk-room.ts'
import type { Pace } from './pace.ts'
import { Rate } from './rates.ts'

export interface MovingParts {
  readonly clock: Clock
  /** Whose turn has to be waited for. */
  readonly paces: (direction: Direction) => readonly Pace[]
  /** How large a file is that comes; undefined where nobody knows. */
  readonly sizeOf: (path: Path, direction: Direction) => number | undefined
  /** Something has moved. */
  readonly onMoved: () => void
  /** On the disk that downloads come to. */
  readonly room: DiskRoom
}

interface Moving {
  readonly path: Path
  readonly direction: Direction
  readonly startedAt: number
  readonly rate: Rate
  doneBytes: number
}

export class MovingFiles implements Meter {
  readonly up: Rate
  readonly down: Rate
  readonly #parts: MovingParts
  readonly #moving = new Set<Moving>()

  constructor(parts: MovingParts) {
    this.#parts = parts
    this.up = new Rate(() => parts.clock.now())
    this.down = new Rate(() => parts.clock.now())
  }

  begin(path: Path, direction: Direction, from: number): Flow {
    const { clock } = this.#parts
    const rate = new Rate(() => clock.now())
    const moving: Moving = { path, direction, startedAt: Math.floor(clock.now()), rate, doneBytes: from }
    this.#moving.add(moving)
    let claim: Claim | undefined
    return {
      pass: async (bytes, signal) => {
        if (direction === 'download') claim ??= await this.#claim(path, from)
        await this.#wait(bytes, direction, signal)
        moving.doneBytes += bytes
        if (claim !== undefined) claim.leftBytes -= bytes
        rate.add(bytes)
        this.#parts.onMoved()
      },
      end: () => {
        this.#moving.delete(moving)
        if (claim !== undefined) this.#parts.room.release(claim)
      },
    }
  }

  async pass(bytes: number, direction: Direction, signal: AbortSignal): Promise<void> {
    if (direction === 'download') await this.#parts.room.check(bytes)
    await this.#wait(bytes, direction, signal)
  }

  #claim(path: Path, from: number): Promise<Claim> {
    const size = this.#parts.sizeOf(path, 'download') ?? 0
    return this.#parts.room.claim(path, Math.max(0, size - from))
  }

  async #wait(bytes: number, direction: Direction, signal: AbortSignal): Promise<void> {
    for (const pace of this.#parts.paces(direction)) await pace.pass(bytes, signal)
    this.#count(bytes, direction)
  }

  /** For those whose bytes take other ways. */
  arrived(bytes: number, direction: Direction): void {
    this.#count(bytes, direction)
  }

  /** The oldest first. */
  list(most: number): readonly MovingFile[] {
    return [...this.#moving].slice(0, most).map(({ path, direction, startedAt, rate, doneBytes }) => ({
      ...{ path, direction, startedAt, doneBytes },
      sizeBytes: Math.max(doneBytes, this.#parts.sizeOf(path, direction) ?? 0),
      bytesPerSecond: rate.bytesPerSecond,
    }))
  }

  /** Of files that have not arrived as a whole. */
  get doneBytes(): number {
    return [...this.#moving].reduce((sum, { doneBytes }) => sum + doneBytes, 0)
  }

  #count(bytes: number, direction: Direction): void {
    const rate = direction === 'upload' ? this.up : this.down
    rate.add(bytes)
  }
}
