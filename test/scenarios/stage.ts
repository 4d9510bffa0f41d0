// Where a story takes place: a folder on a real disk with a real index, a remote, people on both sides, and a clock.
import { randomBytes, randomInt } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { folderDisk } from '../../src/assemble/folder-disk.ts'
import { type FolderFiles, INDEX_FILE, openFolderFiles } from '../../src/assemble/open-folder.ts'
import { settingsMemory } from '../../src/assemble/settings-memory.ts'
import type { FolderIndex } from '../../src/index/folder-index.ts'
import { SyncError } from '../../src/model/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import type { Replica } from '../../src/replica/replica.ts'
import { openTrash } from '../../src/revisions/trash.ts'
import { DeviceSelection, withSelection } from '../../src/scan/device-selection.ts'
import { loadIgnore } from '../../src/scan/load-ignore.ts'
import type { SelectionChange } from '../../src/scan/selection.ts'
import { openFolder } from '../../src/sync/folder.ts'
import type { PairOptions } from '../../src/sync/options.ts'
import type { Outcome } from '../../src/sync/outcome.ts'
import { Pair } from '../../src/sync/pair.ts'
import type { Summary } from '../../src/sync/summary.ts'
import { diskSurface } from './disk-surface.ts'
import { type Interruption, interrupted } from './interrupted.ts'
import { withoutFlush } from './quick-tree.ts'
import { openSide, type RemoteSide } from './remote-side.ts'
import type { Deed, Direction, RemoteKind, Who } from './story.ts'
import { type Surface, supersededBy } from './surface.ts'

/** What one run of the program came to. */
export interface Ran {
  readonly summary?: Summary
  readonly error?: SyncError
  readonly plans: readonly Plan[]
  readonly outcomes: readonly Outcome[]
  /** How much news the index recorded. */
  readonly news: number
}

export interface RunOptions {
  readonly ignore?: string | undefined
  readonly options?: PairOptions
  readonly trust?: 'metadata' | 'content'
  readonly interruptions?: readonly Interruption[]
}

export class Stage {
  readonly kind: RemoteKind
  readonly direction: Direction
  /** Holds everything of this story. */
  readonly top: string
  readonly folder: string
  readonly side: RemoteSide
  readonly local: Surface
  /** What was written and nobody who had seen it has replaced or deleted, with where. */
  readonly #alive = new Map<string, string>()
  #aheadMs = 0

  private constructor(kind: RemoteKind, direction: Direction, top: string, side: RemoteSide) {
    this.kind = kind
    this.direction = direction
    this.top = top
    this.side = side
    this.folder = join(top, 'folder')
    this.local = diskSurface(this.folder)
  }

  static async open(
    kind: RemoteKind,
    direction: Direction,
    server: Readonly<Record<string, unknown>> = {},
    above: string = existsSync('/dev/shm') ? '/dev/shm' : tmpdir(),
  ): Promise<Stage> {
    const top = mkdtempSync(join(above, 'syncline-story-'))
    mkdirSync(join(top, 'folder'))
    mkdirSync(join(top, 'outside'))
    let stage: Stage | undefined
    // The server's clock is behind, so that its times are in the past wherever they end up.
    const side = await openSide(kind, join(top, 'remote'), server, () => (stage?.now() ?? Date.now()) - 3_600_000)
    stage = new Stage(kind, direction, top, side)
    diskSurface(join(top, 'outside')).perform({ do: 'write', path: 'untouched', text: 'nobody touches this' })
    return stage
  }

  async close(): Promise<void> {
    await this.side.close()
    rmSync(this.top, { recursive: true, force: true })
  }

  get remote(): Surface {
    return this.side.surface
  }

  /** Milliseconds since 1970, for the program and for servers. */
  now(): number {
    return Date.now() + this.#aheadMs
  }

  letTimePass(ms: number): void {
    this.#aheadMs += ms
  }

  surfaceOf(who: Who): Surface {
    return (who === 'a') === (this.direction === 'forth') ? this.local : this.remote
  }

  perform(who: Who, deeds: readonly Deed[] = []): void {
    const surface = this.surfaceOf(who)
    for (const deed of deeds) {
      // Servers that tell times by the second shall see one pass.
      if (this.kind === 'webdav') this.letTimePass(3000)
      const superseded = supersededBy(deed)
      const before = superseded === undefined ? [] : surface.textsAt(superseded)
      surface.perform(deed)
      for (const text of before) this.#alive.delete(text)
      if (deed.do === 'write' || deed.do === 'rewrite-unseen') this.#alive.set(deed.text, deed.path)
    }
  }

  /** Somebody meant this content to go. */
  gone(text: string): void {
    this.#alive.delete(text)
  }

  /** What was written, should be somewhere, and is not. */
  lost(): string[] {
    const texts = (surface: Surface) =>
      [...surface.list().values()].flatMap(shown => (shown.kind === 'file' ? [shown.text] : []))
    const found = new Set([this.local, this.remote].flatMap(surface => [...texts(surface), ...surface.kept()]))
    return [...this.#alive]
      .filter(([text]) => !found.has(text))
      .map(([text, path]) => `${text.slice(0, 40)} (written to ${path})`)
  }

  world(): World {
    return {
      clock: {
        now: () => this.now(),
        // The disk's clock cannot be put forward; whoever waits longer waits for somebody else.
        sleep: async (ms, signal) => {
          if (ms > 30) this.letTimePass(ms)
          await pause(ms > 30 ? 0 : ms, undefined, { signal })
        },
      },
      random: { bytes: count => randomBytes(count), below: limit => randomInt(limit) },
      log: () => {},
    }
  }

  /** One run of the program, from opening everything to closing it. */
  async run(options: RunOptions = {}): Promise<Ran> {
    this.letTimePass(5000)
    const world = this.world()
    const plans: Plan[] = []
    const outcomes: Outcome[] = []
    let news = 0
    const open: (() => unknown)[] = []
    const end = async () => {
      for (const close of open.splice(0).reverse()) await close()
    }
    try {
      const files = await openFolderFiles(this.folder, 'write')
      open.push(() => files.close())
      const before = files.index.sequence
      const remote = await this.side.connect({ index: files.index, world, root: files.root })
      open.push(() => remote.close())
      const pair = await this.#pairOf(files, remote, world, options, event => {
        if (event.type === 'plan') plans.push(event.plan)
        if (event.type === 'outcome') outcomes.push(event.outcome)
      })
      open.push(() => {
        news = files.index.sequence - before
      })
      const summary = await pair.run(new AbortController().signal)
      await end()
      return { summary, plans, outcomes, news }
    } catch (error) {
      await end()
      if (error instanceof SyncError) return { error, plans, outcomes, news }
      throw error
    }
  }

  /** The folder's index is gone; its marker is not. */
  loseIndex(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(join(this.folder, `${INDEX_FILE}${end}`), { force: true })
  }

  /** Makes a file in the folder under a name of any bytes. */
  makeFileWithBytes(name: readonly number[]): void {
    writeFileSync(Buffer.concat([Buffer.from(`${this.folder}/`), Buffer.from(name)]), 'a name of bytes')
  }

  /** Works with the closed folder's index. */
  async withIndex<T>(body: (index: FolderIndex) => T | Promise<T>): Promise<T> {
    const files = await openFolderFiles(this.folder, 'write')
    try {
      return await body(files.index)
    } finally {
      await files.close()
    }
  }

  /** What this device is to keep from now on; between two runs. */
  async choose(change: Partial<SelectionChange>): Promise<void> {
    const { random } = this.world()
    const files = await openFolderFiles(this.folder, 'write')
    try {
      const { tree, index } = files
      const selection = await DeviceSelection.open({ tree: withoutFlush(tree), index, random, caseFold: false })
      await selection.change({ select: [], deselect: [], ...change })
    } finally {
      await files.close()
    }
  }

  async #pairOf(
    { tree: durable, index }: FolderFiles,
    there: { readonly replica: Replica },
    world: World,
    { ignore: rules, options, trust = 'metadata', interruptions = [] }: RunOptions,
    report: ConstructorParameters<typeof Pair>[0]['report'],
  ): Promise<Pair> {
    const tree = withoutFlush(durable)
    const revisions = openTrash({ tree, clock: world.clock, random: world.random })
    const memory = settingsMemory(index, 'this folder')
    const disk = await connectDirectory({ tree, world, memory, mode: 'read-write', trash: revisions })
    const extra = rules === undefined ? [] : [{ name: 'the story', text: rules }]
    const selection = await DeviceSelection.open({ tree, index, random: world.random, caseFold: false })
    const ignore = withSelection(await loadIgnore(tree, { caseFold: false, extra }), selection)
    const meddle = (side: 'local' | 'remote') => interruptions.filter(interruption => interruption.side === side)
    const folder = await openFolder({
      tree,
      index,
      disk: interrupted(folderDisk(disk), meddle('local')),
      ignore,
      revisions,
      world,
      trust,
      mode: 'sync',
    })
    return new Pair({
      home: folder.home,
      remote: interrupted(there.replica, meddle('remote')),
      index,
      ignore,
      world,
      report,
      scan: (places, signal, namesIn) => folder.scan(places, signal, namesIn),
      ...(options === undefined ? {} : { options }),
    })
  }
}
