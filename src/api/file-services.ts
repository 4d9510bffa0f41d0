// What a folder can be asked about its files: browsed, searched, read and changed. Part of the contract in `service.ts`.
import type { Path, Place } from '../model/path.ts'
import type { Page } from './page.ts'
import type { BrowsePage, FoundPage } from './shapes/browse.ts'
import type { ConflictPage, Resolution, ResolutionOfMany, Resolved } from './shapes/conflicts.ts'
import type { Deleted, Deletion, Made } from './shapes/content.ts'
import type { ChangePage, FileHistory, PastPreview, PastRestore, PastRestored, Undone } from './shapes/history.ts'
import type { HistoryChange, HistorySettings, HistoryState, Tidied } from './shapes/history-settings.ts'
import type { Restored } from './shapes/revisions.ts'

/** Where in the list a page begins: at a number (from 0), or beside what `next` or `previous` of another page named. */
export type PageStart =
  | { readonly at: number }
  | { readonly after: string }
  | { readonly before: string }
  /** At this name, or where it would be. */
  | { readonly name: string }

export interface BrowseQuery {
  readonly start: PageStart
  readonly limit: number
  readonly sort: 'name' | 'size' | 'time'
  readonly order: 'up' | 'down'
}

export interface SearchQuery {
  /** Part of a name, in any case. */
  readonly text: string
  readonly place: Place
  readonly after: string | undefined
  readonly limit: number
}

export interface BrowseService {
  /** What is directly in `place` according to the index. A page past the end is empty. */
  list(folder: string, place: Place, query: BrowseQuery, signal: AbortSignal): Promise<BrowsePage>
  /** Looks at some entries only, and says where to go on. */
  search(folder: string, query: SearchQuery, signal: AbortSignal): Promise<FoundPage>
}

/** `to` is the last byte, as HTTP counts. */
export interface Range {
  readonly from: number
  readonly to: number | undefined
}

/** A file as it was found. `bytes` throws `changed` when it is another one by then. */
export interface OpenedFile {
  readonly name: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly etag: string
  bytes(range: Range, signal: AbortSignal): AsyncIterable<Uint8Array>
}

export interface Upload {
  readonly path: Path
  readonly bytes: AsyncIterable<Uint8Array>
  /** Where the sender said so. */
  readonly sizeBytes: number | undefined
  readonly mtimeMs: number | undefined
  /** What must be there now: nothing, anything, or a file with one of these etags. */
  readonly when: 'absent' | 'any' | readonly string[]
}

/** Changes are durable when the promise resolves, and news for all remotes. What was there goes to the trash. */
export interface ContentService {
  /** Throws `not-found` where there is no file. */
  open(folder: string, path: Path): Promise<OpenedFile>
  /** Throws `stale` or `exists` where something else is there than `when` says, as soon as that is known. */
  upload(folder: string, upload: Upload, signal: AbortSignal): Promise<Made>
  makeDirectory(folder: string, path: Path, signal: AbortSignal): Promise<Made>
  move(
    folder: string,
    move: { readonly from: Path; readonly to: Path; readonly replace: boolean; readonly etag: string | undefined },
    signal: AbortSignal,
  ): Promise<Made>
  /** Each by itself: one that fails keeps no other from going. */
  remove(folder: string, items: Deletion['items'], signal: AbortSignal): Promise<Deleted>
}

/** Whatever is decided can be taken back: what goes, goes to the trash. */
export interface ConflictService {
  list(folder: string, page: Page, signal: AbortSignal): Promise<ConflictPage>
  resolve(folder: string, resolution: Resolution, signal: AbortSignal): Promise<Resolved>
  /** Each by itself: one that fails keeps no other from being resolved. Without paths and place: all. */
  resolveMany(folder: string, resolution: ResolutionOfMany, signal: AbortSignal): Promise<Resolved>
  /** What is sent takes the original's place, and the copy goes. `when` is about the original. */
  merge(folder: string, upload: Omit<Upload, 'path'> & { readonly copy: Path }, signal: AbortSignal): Promise<Made>
}

export interface HistoryService {
  /** Of a file, also where it was before it was moved; newest first. */
  file(folder: string, path: Path, page: Page): Promise<FileHistory>
  /** Throws `not-found` when it is not kept any more. */
  open(folder: string, path: Path, revision: string): Promise<OpenedFile>
  /** Puts a copy of an older version in place; what is there goes to the trash. */
  restore(folder: string, path: Path, revision: string, signal: AbortSignal): Promise<Restored>
  /** What would have to change for `place` to be as it was at a time. */
  preview(
    folder: string,
    asked: { readonly at: number; readonly place: Place },
    page: Page,
    signal: AbortSignal,
  ): Promise<PastPreview>
  restorePast(folder: string, request: PastRestore, signal: AbortSignal): Promise<PastRestored>
  /** Newest first, at and below `place`. */
  changes(folder: string, place: Place, page: Page): Promise<ChangePage>
  /** Throws `stale` when something else happened to it since. */
  undo(folder: string, change: number, signal: AbortSignal): Promise<Undone>
}

/** In `config.yaml`, for each folder. */
export interface HistorySettingsService {
  read(folder: string): Promise<HistoryState>
  /** Throws `invalid` for a number of versions where the strategy has none. */
  change(folder: string, change: HistoryChange): Promise<HistorySettings>
  /** What is done in the background as well, now. */
  tidy(folder: string): Promise<Tidied>
}

export interface FileServices {
  readonly browse: BrowseService
  readonly content: ContentService
  readonly conflicts: ConflictService
  readonly history: HistoryService
  readonly historySettings: HistorySettingsService
}
