// Files on their way from this browser; they go on while pages come and go.
import { CallFault } from '../api/call.ts'
import type { Sending } from '../api/send-file.ts'
import type { Dropped } from './dropped.ts'
import { nextName, parentOf, pathIn } from './paths.ts'

/** `exists`: something is there already, and somebody has to say what is wanted. */
export type UploadState = 'waiting' | 'running' | 'done' | 'exists' | 'failed' | 'cancelled'

/** Where files go: a folder, or somebody's own files. Everything throws `CallFault`. */
export interface UploadTarget {
  send(sending: Omit<Sending, 'url' | 'file'> & { readonly path: string; readonly file: File }): Promise<unknown>
  makeDirectory(path: string): Promise<unknown>
  /** Undefined where there is no file. */
  etagAt(path: string): Promise<string | undefined>
}

export interface Upload {
  readonly id: number
  readonly target: UploadTarget
  readonly path: string
  readonly file: File
  readonly state: UploadState
  readonly sentBytes: number
  readonly fault?: string
  /** Of what it replaces. */
  readonly etag?: string
}

const MOST_AT_ONCE = 2

class Uploads {
  all: readonly Upload[] = $state.raw([])
  readonly #running = new Map<number, AbortController>()
  #made = 0

  /** Each to where it is named, below `place`. Directories that are not there are made. */
  async add(target: UploadTarget, place: string, dropped: readonly Dropped[]): Promise<void> {
    const directories = new Set<string>()
    for (const { path, file } of dropped) {
      for (let at = file === undefined ? path : parentOf(path); at !== ''; at = parentOf(at)) directories.add(at)
    }
    for (const directory of [...directories].sort()) await makeIfMissing(target, pathIn(place, directory))
    const files = dropped.flatMap(({ path, file }) => (file === undefined ? [] : [{ path: pathIn(place, path), file }]))
    const added = files.map(each => {
      this.#made += 1
      return { ...each, id: this.#made, target, state: 'waiting', sentBytes: 0 } as const
    })
    this.all = [...this.all, ...added]
    this.#next()
  }

  /** In place of what is at `path`, if that still has this etag. */
  put(target: UploadTarget, path: string, file: File, etag: string | undefined): void {
    this.#made += 1
    const rest = etag === undefined ? {} : { etag }
    this.all = [...this.all, { id: this.#made, target, path, file, state: 'waiting', sentBytes: 0, ...rest }]
    this.#next()
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort()
    this.#change(id, { state: 'cancelled' })
  }

  again(id: number): void {
    this.#change(id, { state: 'waiting', sentBytes: 0 })
    this.#next()
  }

  /** What is there now goes to the trash, if it is still that when the file has come. */
  async replace(id: number): Promise<void> {
    const upload = this.all.find(each => each.id === id)
    if (upload === undefined) return
    const etag = await upload.target.etagAt(upload.path)
    this.#change(id, { state: 'waiting', sentBytes: 0, ...(etag === undefined ? {} : { etag }) })
    this.#next()
  }

  /** Beside what is there, under a name of its own. */
  keepBoth(id: number): void {
    const upload = this.all.find(each => each.id === id)
    if (upload === undefined) return
    this.#change(id, { state: 'waiting', sentBytes: 0, path: nextName(upload.path) })
    this.#next()
  }

  clear(): void {
    this.all = this.all.filter(({ state }) => state === 'waiting' || state === 'running')
  }

  /** Those on their way are given up, and all are forgotten. */
  end(): void {
    for (const running of this.#running.values()) running.abort()
    this.all = []
  }

  #change(id: number, change: Partial<Upload>): void {
    this.all = this.all.map(each => (each.id === id ? { ...each, ...change } : each))
  }

  #next(): void {
    for (const upload of this.all) {
      if (this.#running.size >= MOST_AT_ONCE) return
      if (upload.state === 'waiting' && !this.#running.has(upload.id)) void this.#send(upload)
    }
  }

  async #send({ id, target, path, file, etag }: Upload): Promise<void> {
    const running = new AbortController()
    this.#running.set(id, running)
    this.#change(id, { state: 'running' })
    const onprogress = (sentBytes: number) => this.#change(id, { sentBytes })
    try {
      await target.send({ path, file, etag, onprogress, signal: running.signal })
      this.#change(id, { state: 'done', sentBytes: file.size })
    } catch (error) {
      if (running.signal.aborted) return
      if (!(error instanceof CallFault)) throw error
      const isThere = error.code === 'exists' || error.code === 'stale'
      this.#change(id, { state: isThere ? 'exists' : 'failed', fault: error.message })
    } finally {
      this.#running.delete(id)
      this.#next()
    }
  }
}

export const uploads = new Uploads()

async function makeIfMissing(target: UploadTarget, path: string): Promise<void> {
  try {
    await target.makeDirectory(path)
  } catch (error) {
    if (!(error instanceof CallFault) || error.code !== 'exists') throw error
  }
}
