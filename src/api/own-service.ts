// What an account of the host may ask for itself: nothing in here can name another account, nor a folder that it was not granted.
import type { Path, Place } from '../model/path.ts'
import type { BrowseQuery, ContentService, OpenedFile, Upload } from './file-services.ts'
import type { Page } from './page.ts'
import type { AppPassword, AppPasswordMade } from './shapes/accounts.ts'
import type { Deleted, Deletion, Made } from './shapes/content.ts'
import type { OwnAccount, OwnPage, OwnTrashPage, OwnVersions } from './shapes/own.ts'

type MoveAsked = Parameters<ContentService['move']>[1]

/** Paths are those of the account's tree: its home, with the granted folders at the top. What it has no right to is `forbidden` or `denied`. */
export interface OwnService {
  about(): Promise<OwnAccount>
  /** Ends all sessions of the account. */
  changePassword(next: string): Promise<void>
  appPasswords(): Promise<readonly AppPassword[]>
  addAppPassword(label: string): Promise<AppPasswordMade>
  removeAppPassword(id: string): Promise<void>
  /** A page past the end is empty. Throws `not-found` where there is no directory. */
  list(place: Place, query: BrowseQuery, signal: AbortSignal): Promise<OwnPage>
  open(path: Path): Promise<OpenedFile>
  /** As `ContentService.upload`. What an app has locked is `locked`: so with every change. */
  upload(upload: Upload, signal: AbortSignal): Promise<Made>
  makeDirectory(path: Path, signal: AbortSignal): Promise<Made>
  move(move: MoveAsked, signal: AbortSignal): Promise<Made>
  remove(items: Deletion['items'], signal: AbortSignal): Promise<Deleted>
  readonly trash: OwnTrash
  readonly versions: OwnVersionService
}

/** Of the home, and of the folders that may be changed. */
export interface OwnTrash {
  list(page: Page): Promise<OwnTrashPage>
  /** To where it was, or beside what is there now. */
  restore(id: string): Promise<Made>
  /** For good. */
  remove(id: string): Promise<void>
  /** Of the home alone: what was deleted from a shared folder is not for one of many to throw away unseen. */
  empty(): Promise<void>
}

export interface OwnVersionService {
  list(path: Path): Promise<OwnVersions>
  open(path: Path, version: string): Promise<OpenedFile>
  /** What is there now becomes a version. */
  restore(path: Path, version: string): Promise<Made>
}
