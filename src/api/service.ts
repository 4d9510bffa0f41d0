// What the daemon can be asked: the interface that the routes call and the daemon implements.
import type { Path, Place } from '../model/path.ts'
import type { DiagnosisService } from './diagnosis.ts'
import type { FileServices } from './file-services.ts'
import type { Page } from './page.ts'
import type { About } from './shapes/about.ts'
import type {
  Account,
  AccountChange,
  AccountDraft,
  AppPassword,
  AppPasswordMade,
  Grant,
  GrantDraft,
} from './shapes/accounts.ts'
import type { Brake } from './shapes/brakes.ts'
import type { ConfigView, SettingsChange } from './shapes/config.ts'
import type {
  Device,
  DeviceChange,
  DeviceDraft,
  NearbyDevice,
  Pending,
  PendingAccept,
  PendingIgnore,
  Self,
} from './shapes/devices.ts'
import type { Event } from './shapes/events.ts'
import type { Folder, FolderChange, FolderDraft, Settled } from './shapes/folders.ts'
import type { IgnoreChange, IgnorePreview, IgnoreRules } from './shapes/ignore.ts'
import type { Limits, LimitsChange } from './shapes/limits.ts'
import type { LogLevel, LogLine } from './shapes/logs.ts'
import type { DifferingPage, UnsyncedPage, Why } from './shapes/paths.ts'
import type { PlanPreview } from './shapes/plans.ts'
import type { Remote, RemoteAdded, RemoteChange, RemoteDraft, RemoteFound } from './shapes/remotes.ts'
import type { Restored, RestoreRequest, RevisionPage } from './shapes/revisions.ts'
import type { Selection, SelectionPage } from './shapes/selection.ts'
import type { DirectoryListing, RemoteLogin, RemoteLoginDraft } from './shapes/set-up.ts'
import type { FolderStatus, Status } from './shapes/status.ts'
import type { Transfers } from './shapes/transfers.ts'

/**
 * Contract:
 * - A folder is named by its id, a remote by its id within the folder. One that is not there is told as `ApiError` `not-found`.
 * - What fails is thrown: `SyncError` for what folders and remotes say, `ApiError` for what is wrong with the request. Both carry a
 *   sentence for people.
 * - Answers are plain data without secrets: passwords and keys come in, and are never told again.
 * - Setting up is durable when the promise resolves, and told as an event. Requests to pause, resume, scan or sync resolve when they are
 *   taken note of, not when they are done; events tell the rest.
 * - Every method may be called concurrently. Those with a `signal` may be cancelled, and reject with its reason.
 */
export interface Service extends FileServices {
  about(): About
  /** Whether requests can be answered. */
  state(): 'ok' | 'starting' | 'stopping'
  status(): Promise<Status>
  readonly folders: FolderService
  readonly remotes: RemoteService
  readonly devices: DeviceService
  readonly paths: PathService
  readonly revisions: RevisionService
  readonly brakes: BrakeService
  readonly ignore: IgnoreService
  readonly selection: SelectionService
  readonly limits: LimitService
  readonly accounts: AccountService
  readonly grants: GrantService
  readonly setUp: SetUpService
  readonly config: ConfigService
  readonly diagnosis: DiagnosisService
  readonly host: HostService
  /** What is on its way now. */
  transfers(): Promise<Transfers>
  /** The newest lines at or above `level`, oldest first. */
  log(query: { readonly level: LogLevel; readonly limit: number }): Promise<readonly LogLine[]>
  readonly events: EventSource
  /** Numbers for `/metrics`: sampled when asked for. */
  metrics(): Promise<readonly Metric[]>
}

export interface FolderService {
  list(): Promise<readonly Folder[]>
  get(folder: string): Promise<Folder>
  status(folder: string): Promise<FolderStatus>
  /** Fails with `exists` when the id is taken, or the path is in, or holds, a folder that is there. */
  add(draft: FolderDraft): Promise<Folder>
  change(folder: string, change: FolderChange): Promise<Folder>
  /** Stops and forgets it. Files, index and trash stay where they are. */
  remove(folder: string): Promise<void>
  pause(folder: string): Promise<void>
  resume(folder: string): Promise<void>
  /** Looks at the disk now: all of it, or at and below one place. `checksum` reads every file. */
  scan(folder: string, place: Place, trust: 'metadata' | 'checksum'): Promise<void>
  /** Of a folder that only sends: all devices go to what is here. Throws `wrong-state` for any other folder. */
  override(folder: string): Promise<Settled>
  /** Of a folder that only receives: here becomes what the devices have, and what was changed goes to the trash. Throws `wrong-state` for any other. */
  revert(folder: string): Promise<Settled>
}

export interface RemoteService {
  list(folder: string): Promise<readonly Remote[]>
  get(folder: string, remote: string): Promise<Remote>
  /** Makes contact and tells what was found; keeps nothing. Throws what a run would: `offline`, `unauthorized`, `untrusted` … */
  test(folder: string, draft: RemoteDraft, signal: AbortSignal): Promise<RemoteFound>
  /** The same, then keeps it and begins. Nothing is kept when there was no contact. */
  add(folder: string, draft: RemoteDraft, signal: AbortSignal): Promise<RemoteAdded>
  change(folder: string, remote: string, change: RemoteChange): Promise<Remote>
  /** Forgets it and what was agreed with it. Nothing is deleted on either side. */
  remove(folder: string, remote: string): Promise<void>
  pause(folder: string, remote: string): Promise<void>
  resume(folder: string, remote: string): Promise<void>
  /** Looks at everything on both sides now, also where it was waiting. */
  sync(folder: string, remote: string): Promise<void>
  /** What a run would do. `limit`: how many steps and held paths are spelled out. */
  preview(folder: string, remote: string, limit: number, signal: AbortSignal): Promise<PlanPreview>
}

/** A device is named by its id, in any spelling. Throws `invalid` for what is none. */
export interface DeviceService {
  self(): Promise<Self>
  list(): Promise<readonly Device[]>
  get(device: string): Promise<Device>
  /** Fails with `exists` when it is known, or this device itself. */
  add(draft: DeviceDraft): Promise<Device>
  change(device: string, change: DeviceChange): Promise<Device>
  /** Folders are shared with it no more. Files stay where they are, here and there. */
  remove(device: string): Promise<void>
  pause(device: string): Promise<void>
  resume(device: string): Promise<void>
  /** Nothing when it is so already. */
  share(folder: string, device: string): Promise<Folder>
  unshare(folder: string, device: string): Promise<void>
  /** Heard on the local network and not known. What is heard proves nothing. */
  nearby(): Promise<readonly NearbyDevice[]>
  /** What waits for a yes or a no. */
  pending(): Promise<Pending>
  /** Throws `not-found` for what is not waiting. */
  accept(accept: PendingAccept): Promise<void>
  ignore(ignore: PendingIgnore): Promise<void>
}

export type { Page } from './page.ts'

export interface PathService {
  /** `ask`: also looks at the remotes as they are now, and plans; else only what is on record. */
  why(folder: string, path: Path, ask: 'records' | 'remotes', signal: AbortSignal): Promise<Why>
  /** Of all remotes, or of one; ordered by path, then remote. */
  unsynced(folder: string, remote: string | undefined, page: Page): Promise<UnsyncedPage>
  /** What `override` or `revert` would be about, ordered by path. Throws `wrong-state` where changes go both ways. */
  differing(folder: string, page: Page, signal: AbortSignal): Promise<DifferingPage>
}

export interface RevisionService {
  /** Newest first; at and below `place`. */
  list(folder: string, place: Place, page: Page): Promise<RevisionPage>
  restore(folder: string, path: Path, request: Omit<RestoreRequest, 'path'>): Promise<Restored>
  /** Removes for good what was kept for longer. */
  sweep(folder: string, olderThanMs: number): Promise<{ readonly removed: number; readonly removedBytes: number }>
}

export interface BrakeService {
  list(): Promise<readonly Brake[]>
  /** Lets the plan through once. `id` is of the brake that was seen: throws `stale` when it is another one by now. */
  approve(id: string): Promise<void>
  /**
   * In place of that, merges both sides as if for the first time: what one of them lacks comes back from the other, nothing is deleted,
   * and where they differ both versions stay. Throws `stale` as `approve` does, `wrong-state` for devices.
   */
  restore(id: string): Promise<void>
}

export interface IgnoreService {
  read(folder: string): Promise<IgnoreRules>
  /** Throws `usage`, with the line, for rules that cannot be understood; nothing is written then. */
  write(folder: string, change: IgnoreChange): Promise<void>
  preview(folder: string, change: IgnoreChange, limit: number, signal: AbortSignal): Promise<IgnorePreview>
}

/** What this device keeps of a folder. */
export interface SelectionService {
  read(folder: string): Promise<Selection>
  /**
   * Selects, then deselects. What is deselected goes from here as soon as the remote is known to have it, and nowhere else. Throws
   * `wrong-state` where others need what is here, `usage` for what is in a directory that is not kept.
   */
  change(
    folder: string,
    change: { readonly select: readonly Path[]; readonly deselect: readonly Path[] },
  ): Promise<Selection>
  /** The directories in `place`. `remote`: also those that are only there. */
  list(folder: string, place: Place, ask: 'index' | 'remote', signal: AbortSignal): Promise<SelectionPage>
}

/** Nothing named: the daemon as a whole. */
export interface LimitsOf {
  readonly folder?: string
  readonly remote?: string
}

/**
 * How fast bytes flow to and from remotes, and in which hours: set for all remotes together, for a folder (hours only), for a remote. Changes
 * hold at once, also for what is on its way.
 */
export interface LimitService {
  read(of: LimitsOf): Promise<Limits>
  /** Throws `invalid` for rates of a folder, and for hours that end when they begin. */
  change(of: LimitsOf, change: LimitsChange): Promise<Limits>
}

export interface AccountService {
  list(): Promise<readonly Account[]>
  get(account: string): Promise<Account>
  add(draft: AccountDraft): Promise<Account>
  change(account: string, change: AccountChange): Promise<Account>
  /** Ends its sessions, app passwords and grants. `home`: whether its files go too. */
  remove(account: string, home: 'keep-files' | 'remove-files'): Promise<void>
  appPasswords(account: string): Promise<readonly AppPassword[]>
  addAppPassword(account: string, label: string): Promise<AppPasswordMade>
  removeAppPassword(account: string, id: string): Promise<void>
}

export interface GrantService {
  list(): Promise<readonly Grant[]>
  /** Replaces the grant of this folder to this account, if there is one. */
  add(grant: GrantDraft): Promise<Grant>
  remove(folder: string, account: string): Promise<void>
}

/** Directories to choose from, and sign-ins by browser: what is asked for while something is set up. */
export interface SetUpService {
  /** `path` is absolute; without it the home directory. Throws `not-found` and `forbidden` for what cannot be looked into. */
  directories(path: string | undefined): Promise<DirectoryListing>
  /** Asks a server for a page on which its user lets this program in. */
  beginLogin(draft: RemoteLoginDraft, signal: AbortSignal): Promise<RemoteLogin>
  /** Whether that was done; asks the server. Throws `not-found` when it has run out. */
  login(id: string, signal: AbortSignal): Promise<RemoteLogin>
}

/** What this daemon is to the apps that use it as their server. */
export interface HostService {
  /** An older state of it was brought back from a backup: apps keep what is newer with them instead of taking it for outdated. */
  restored(): Promise<void>
}

export interface ConfigService {
  read(): Promise<ConfigView>
  change(change: SettingsChange): Promise<ConfigView>
}

/** Any number of readers, each at its own speed. */
export interface EventSource {
  /** The id of the newest event; 0 before the first. */
  readonly lastId: number
  /**
   * Everything after event `since`, then what happens from now on, until the signal aborts; it ends without throwing then. Where events
   * after `since` are no longer held, or `since` is none of ours, a `gap` comes in their place. A reader that falls behind gets a `gap` too:
   * nothing is held for it beyond the cap.
   */
  since(since: number, signal: AbortSignal): AsyncIterable<Event>
}

export interface Metric {
  /** `syncline_…`, in base units: `_bytes`, `_seconds`, `_total` for what only grows. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  /** What it counts. */
  readonly help: string
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]
}
