// The files of packs, a few of them open.
import { openPackFile, type PackFile } from '../../platform/node/pack-file.ts'
import type { Tree } from '../../platform/tree.ts'

const MOST_OPEN = 32

interface Open {
  readonly file: Promise<PackFile>
  users: number
}

export class PackFiles {
  static readonly PLACE = 'packs'
  readonly #tree: Tree
  /** Those that were used last are last. */
  readonly #open = new Map<number, Open>()

  constructor(tree: Tree) {
    this.#tree = tree
  }

  /** The numbers of all packs, in their order. */
  async list(): Promise<readonly number[]> {
    const names = (await this.#tree.list(PackFiles.PLACE)).map(({ name }) => /^pack-(\d{6,15})$/.exec(name)?.[1])
    return names.flatMap(digits => (digits === undefined ? [] : [Number(digits)])).sort((a, b) => a - b)
  }

  /** The file stays open until `act` has ended. Throws the system's errors. */
  async using<T>(
    pack: number,
    act: (file: PackFile) => Promise<T>,
    mode: 'existing' | 'create' = 'existing',
  ): Promise<T> {
    const open = this.#open.get(pack) ?? { file: openPackFile(this.#pathOf(pack), mode), users: 0 }
    this.#open.delete(pack)
    this.#open.set(pack, open)
    open.users += 1
    try {
      return await act(await this.#opened(pack, open))
    } finally {
      open.users -= 1
      if (open.users === 0 && this.#open.get(pack) !== open) await closeIfOpen(open)
      await this.#closeOldest()
    }
  }

  /** Whoever reads from it still can until they have read. */
  async remove(pack: number): Promise<void> {
    const open = this.#open.get(pack)
    this.#open.delete(pack)
    if (open?.users === 0) await closeIfOpen(open)
    await this.#tree.removeFile(pathOf(pack))
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()]
    this.#open.clear()
    for (const open of all) if (open.users === 0) await closeIfOpen(open)
  }

  /** One that could not be opened is tried anew by the next one. */
  async #opened(pack: number, open: Open): Promise<PackFile> {
    try {
      return await open.file
    } catch (error) {
      if (this.#open.get(pack) === open) this.#open.delete(pack)
      throw error
    }
  }

  #pathOf(pack: number): string {
    return `${this.#tree.root}/${pathOf(pack)}`
  }

  async #closeOldest(): Promise<void> {
    if (this.#open.size <= MOST_OPEN) return
    for (const [pack, open] of this.#open) {
      if (open.users > 0) continue
      this.#open.delete(pack)
      return closeIfOpen(open)
    }
  }
}

async function closeIfOpen({ file }: Open): Promise<void> {
  const opened = await file.catch(() => undefined)
  await opened?.close()
}

function pathOf(pack: number): string {
  return `${PackFiles.PLACE}/pack-${String(pack).padStart(6, '0')}`
}
