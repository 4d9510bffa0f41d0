// The routes of the API. Made by `SYNCLINE_WRITE_GUIDE=1 npx vitest run test/api/api-guide.test.ts`; not to be edited.

export interface Routes {
  /** Version and where it runs */
  'GET /about': {
    readonly answer: { readonly program: 'syncline'; readonly version: string; readonly runtime: string; readonly home: string; readonly startedAt: number; readonly pid: number }
  }
  /** How everything is going */
  'GET /status': {
    readonly answer: { readonly state: 'idle' | 'syncing' | 'paused' | 'attention'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string }; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number; readonly folders: readonly ({ readonly id: string; readonly label: string; readonly state: 'starting' | 'scanning' | 'idle' | 'syncing' | 'paused' | 'unavailable' | 'stopped'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string }; readonly entries: number; readonly sizeBytes?: number; readonly scan?: { readonly filesSeen: number; readonly hashedBytes: number }; readonly lastScanAt?: number; readonly watching: 'events' | 'polling' | 'off'; readonly conflicts: number; readonly missingBytes?: number; readonly unreadable?: number; readonly remotes: readonly ({ readonly id: string; readonly label: string; readonly state: 'starting' | 'in-sync' | 'unsynced' | 'syncing' | 'waiting' | 'stopped' | 'braked' | 'paused'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string }; readonly progress?: { readonly phase: 'scanning' | 'observing' | 'planning' | 'applying' | 'watching'; readonly steps: { readonly done: number; readonly of: number }; readonly bytes: { readonly done: number; readonly of: number }; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number; readonly files?: readonly ({ readonly path: string; readonly direction: 'upload' | 'download'; readonly doneBytes: number; readonly sizeBytes: number; readonly bytesPerSecond: number; readonly startedAt: number })[] }; readonly lastRun?: { readonly endedAt: number; readonly tookMs: number; readonly counts: { readonly uploaded: number; readonly downloaded: number; readonly uploadedBytes: number; readonly downloadedBytes: number; readonly moved: number; readonly deletedHere: number; readonly deletedThere: number; readonly conflicts: number; readonly other: number } }; readonly unsynced: number; readonly brake?: { readonly id: string; readonly folder: string; readonly remote: string; readonly because: 'root-emptied' | 'too-many-deletions' | 'too-many-overwrites'; readonly on: 'here' | 'there'; readonly count: number; readonly of: number; readonly sentence: string; readonly since: number }; readonly nextTryAt?: number; readonly devices?: readonly ({ readonly device: string; readonly name: string; readonly isConnected: boolean; readonly lacks: number; readonly lacksBytes: number; readonly share: number })[]; readonly differs?: number; readonly keptBack?: number })[] })[]; readonly devices: readonly ({ readonly id: string; readonly name: string; readonly state: 'connected' | 'disconnected' | 'paused'; readonly way?: 'lan' | 'wan' | 'relay'; readonly address?: string; readonly called?: 'by-us' | 'by-them'; readonly client?: string; readonly connectedAt?: number; readonly fault?: string; readonly inBytes: number; readonly outBytes: number; readonly inBytesPerSecond: number; readonly outBytesPerSecond: number })[]; readonly pending: number; readonly lastEventId: number }
  }
  /** Plans that look like an accident, and wait for a yes */
  'GET /brakes': {
    readonly answer: { readonly brakes: readonly ({ readonly id: string; readonly folder: string; readonly remote: string; readonly because: 'root-emptied' | 'too-many-deletions' | 'too-many-overwrites'; readonly on: 'here' | 'there'; readonly count: number; readonly of: number; readonly sentence: string; readonly since: number })[] }
  }
  /** Let a plan through once; refused when it is another one than was seen */
  'POST /brakes/approve': {
    readonly body: { readonly brake: string }
    readonly answer: { readonly ok: true }
  }
  /** In place of a held plan, merge both sides as if for the first time: what is missing comes back */
  'POST /brakes/restore': {
    readonly body: { readonly brake: string }
    readonly answer: { readonly ok: true }
  }
  /** Files on their way */
  'GET /transfers': {
    readonly answer: { readonly items: readonly ({ readonly folder: string; readonly remote: string; readonly path: string; readonly direction: 'upload' | 'download'; readonly doneBytes: number; readonly sizeBytes: number; readonly bytesPerSecond: number; readonly startedAt: number })[]; readonly remotes: readonly ({ readonly folder: string; readonly remote: string; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number })[]; readonly devices: readonly ({ readonly device: string; readonly name: string; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number })[]; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number }
  }
  /** Settings of the daemon, and what is wrong with its file */
  'GET /config': {
    readonly answer: { readonly file: string; readonly settings: { readonly logLevel: 'debug' | 'info' | 'warn' | 'error'; readonly isInMaintenance: boolean; readonly quotaBytes: (number | 'unlimited') }; readonly listening: readonly (string)[]; readonly problems: readonly ({ readonly severity: 'error' | 'warning'; readonly line?: number; readonly key: string; readonly message: string })[] }
  }
  /** Change settings; comments in the file stay */
  'PATCH /config': {
    readonly body: { readonly logLevel?: 'debug' | 'info' | 'warn' | 'error'; readonly isInMaintenance?: boolean; readonly quotaBytes?: (number | 'unlimited') }
    readonly answer: { readonly file: string; readonly settings: { readonly logLevel: 'debug' | 'info' | 'warn' | 'error'; readonly isInMaintenance: boolean; readonly quotaBytes: (number | 'unlimited') }; readonly listening: readonly (string)[]; readonly problems: readonly ({ readonly severity: 'error' | 'warning'; readonly line?: number; readonly key: string; readonly message: string })[] }
  }
  /** The host was brought back from a backup: apps keep what is newer with them */
  'POST /host/restored': {
    readonly answer: { readonly ok: true }
  }
  /** The newest lines of the log, oldest first */
  'GET /log': {
    readonly query: { readonly level?: 'debug' | 'info' | 'warn' | 'error' | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly lines: readonly ({ readonly at: number; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string; readonly fields?: Readonly<Record<string, (string | number | boolean)>> })[] }
  }
  /** What does not go as it should, by its cause, and what to do */
  'GET /problems': {
    readonly answer: { readonly problems: readonly ({ readonly id: string; readonly severity: 'stopped' | 'some' | 'notice'; readonly cause: string; readonly folder?: string; readonly remote?: string; readonly sentence: string; readonly advice: string; readonly count: number; readonly paths: readonly ({ readonly path: string; readonly reason: string; readonly nextTryAt?: number })[]; readonly nextTryAt?: number })[] }
  }
  /** Settings, state and log for whoever is to help, without secrets */
  'GET /support': {
    readonly answer: { readonly at: number; readonly about: {  }; readonly system: Readonly<Record<string, (string | number)>>; readonly config: string; readonly configProblems: readonly (string)[]; readonly status: {  }; readonly problems: readonly ({ readonly id: string; readonly severity: 'stopped' | 'some' | 'notice'; readonly cause: string; readonly folder?: string; readonly remote?: string; readonly sentence: string; readonly advice: string; readonly count: number; readonly paths: readonly ({ readonly path: string; readonly reason: string; readonly nextTryAt?: number })[]; readonly nextTryAt?: number })[]; readonly log: readonly ({ readonly at: number; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string; readonly fields?: Readonly<Record<string, (string | number | boolean)>> })[]; readonly metrics: string }
  }
  /** All folders with their remotes */
  'GET /folders': {
    readonly answer: { readonly folders: readonly ({ readonly id: string; readonly label: string; readonly path: string; readonly isPaused: boolean; readonly watch: 'on' | 'off'; readonly rescanSeconds: number; readonly trashDays: (number | 'for-ever'); readonly remotes: readonly ({ readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number })[]; readonly devices: readonly (string)[]; readonly meshId: string; readonly type: 'send-receive' | 'send-only' | 'receive-only'; readonly permissions: 'synced' | 'ignored' })[] }
  }
  /** Keep a directory of this machine in sync */
  'POST /folders': {
    readonly body: { readonly path: string; readonly id?: string; readonly label?: string }
    readonly answer: { readonly id: string; readonly label: string; readonly path: string; readonly isPaused: boolean; readonly watch: 'on' | 'off'; readonly rescanSeconds: number; readonly trashDays: (number | 'for-ever'); readonly remotes: readonly ({ readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number })[]; readonly devices: readonly (string)[]; readonly meshId: string; readonly type: 'send-receive' | 'send-only' | 'receive-only'; readonly permissions: 'synced' | 'ignored' }
  }
  /** One folder */
  'GET /folders/{folder}': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly id: string; readonly label: string; readonly path: string; readonly isPaused: boolean; readonly watch: 'on' | 'off'; readonly rescanSeconds: number; readonly trashDays: (number | 'for-ever'); readonly remotes: readonly ({ readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number })[]; readonly devices: readonly (string)[]; readonly meshId: string; readonly type: 'send-receive' | 'send-only' | 'receive-only'; readonly permissions: 'synced' | 'ignored' }
  }
  /** Change what is set for a folder */
  'PATCH /folders/{folder}': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly label?: string; readonly watch?: 'on' | 'off'; readonly rescanSeconds?: number; readonly trashDays?: (number | 'for-ever'); readonly type?: 'send-receive' | 'send-only' | 'receive-only'; readonly permissions?: 'synced' | 'ignored' }
    readonly answer: { readonly id: string; readonly label: string; readonly path: string; readonly isPaused: boolean; readonly watch: 'on' | 'off'; readonly rescanSeconds: number; readonly trashDays: (number | 'for-ever'); readonly remotes: readonly ({ readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number })[]; readonly devices: readonly (string)[]; readonly meshId: string; readonly type: 'send-receive' | 'send-only' | 'receive-only'; readonly permissions: 'synced' | 'ignored' }
  }
  /** No longer keep it in sync; its files stay where they are */
  'DELETE /folders/{folder}': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly ok: true }
  }
  /** How it is going in one folder */
  'GET /folders/{folder}/status': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly id: string; readonly label: string; readonly state: 'starting' | 'scanning' | 'idle' | 'syncing' | 'paused' | 'unavailable' | 'stopped'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string }; readonly entries: number; readonly sizeBytes?: number; readonly scan?: { readonly filesSeen: number; readonly hashedBytes: number }; readonly lastScanAt?: number; readonly watching: 'events' | 'polling' | 'off'; readonly conflicts: number; readonly missingBytes?: number; readonly unreadable?: number; readonly remotes: readonly ({ readonly id: string; readonly label: string; readonly state: 'starting' | 'in-sync' | 'unsynced' | 'syncing' | 'waiting' | 'stopped' | 'braked' | 'paused'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string }; readonly progress?: { readonly phase: 'scanning' | 'observing' | 'planning' | 'applying' | 'watching'; readonly steps: { readonly done: number; readonly of: number }; readonly bytes: { readonly done: number; readonly of: number }; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number; readonly files?: readonly ({ readonly path: string; readonly direction: 'upload' | 'download'; readonly doneBytes: number; readonly sizeBytes: number; readonly bytesPerSecond: number; readonly startedAt: number })[] }; readonly lastRun?: { readonly endedAt: number; readonly tookMs: number; readonly counts: { readonly uploaded: number; readonly downloaded: number; readonly uploadedBytes: number; readonly downloadedBytes: number; readonly moved: number; readonly deletedHere: number; readonly deletedThere: number; readonly conflicts: number; readonly other: number } }; readonly unsynced: number; readonly brake?: { readonly id: string; readonly folder: string; readonly remote: string; readonly because: 'root-emptied' | 'too-many-deletions' | 'too-many-overwrites'; readonly on: 'here' | 'there'; readonly count: number; readonly of: number; readonly sentence: string; readonly since: number }; readonly nextTryAt?: number; readonly devices?: readonly ({ readonly device: string; readonly name: string; readonly isConnected: boolean; readonly lacks: number; readonly lacksBytes: number; readonly share: number })[]; readonly differs?: number; readonly keptBack?: number })[] }
  }
  /** Of a folder that only sends: all devices go to what is here */
  'POST /folders/{folder}/override': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly paths: number }
  }
  /** Of a folder that only receives: what was changed here goes to the trash, and is as the devices have it */
  'POST /folders/{folder}/revert': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly paths: number }
  }
  /** Leave it alone until it is resumed */
  'POST /folders/{folder}/pause': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Go on with a paused folder */
  'POST /folders/{folder}/resume': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Look at the disk now, at all of it or below one place */
  'POST /folders/{folder}/scan': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly place?: string; readonly trust?: 'metadata' | 'checksum' }
    readonly answer: { readonly ok: true }
  }
  /** The remotes of a folder */
  'GET /folders/{folder}/remotes': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly remotes: readonly ({ readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number })[] }
  }
  /** Make contact, and keep the folder in sync with it from now on */
  'POST /folders/{folder}/remotes': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly address: string; readonly id?: string; readonly user?: string; readonly password?: string; readonly trustCert?: string; readonly login?: string }
    readonly answer: { readonly remote: { readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number }; readonly found: { readonly kind: string; readonly label: string; readonly remarks: readonly (string)[]; readonly isEmpty?: boolean; readonly foundAt: number } }
  }
  /** Make contact and tell what was found; nothing is kept */
  'POST /folders/{folder}/remote-test': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly address: string; readonly id?: string; readonly user?: string; readonly password?: string; readonly trustCert?: string; readonly login?: string }
    readonly answer: { readonly kind: string; readonly label: string; readonly remarks: readonly (string)[]; readonly isEmpty?: boolean; readonly foundAt: number }
  }
  /** One remote */
  'GET /folders/{folder}/remotes/{remote}': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly answer: { readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number }
  }
  /** Change what is set for a remote */
  'PATCH /folders/{folder}/remotes/{remote}': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly body: { readonly user?: string; readonly password?: string; readonly trustCert?: string; readonly pollSeconds?: number }
    readonly answer: { readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number }
  }
  /** Forget it and what was agreed with it; nothing is deleted on either side */
  'DELETE /folders/{folder}/remotes/{remote}': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Leave it alone until it is resumed */
  'POST /folders/{folder}/remotes/{remote}/pause': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Go on with a paused remote */
  'POST /folders/{folder}/remotes/{remote}/resume': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Look at everything on both sides now */
  'POST /folders/{folder}/remotes/{remote}/sync': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly answer: { readonly ok: true }
  }
  /** What a run would do now, and why */
  'GET /folders/{folder}/remotes/{remote}/plan': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly query: { readonly limit?: string | number | undefined }
    readonly answer: { readonly folder: string; readonly remote: string; readonly stepCount: number; readonly steps: readonly ({ readonly do: 'transfer' | 'compare' | 'make-directory' | 'make-symlink' | 'move' | 'set-aside' | 'remove' | 'set-metadata'; readonly path: string; readonly on?: 'here' | 'there'; readonly from?: string; readonly as?: string; readonly aside?: string; readonly size?: number; readonly below?: number; readonly because: string; readonly reason: string; readonly words: string })[]; readonly heldCount: number; readonly held: readonly ({ readonly path: string; readonly because: string; readonly reason: string; readonly detail?: string })[]; readonly unsynced: readonly ({ readonly path: string; readonly because: string; readonly reason: string; readonly nextTryAt?: number })[]; readonly brake?: { readonly because: string; readonly on: 'here' | 'there'; readonly count: number; readonly of: number; readonly sentence: string; readonly isApproved: boolean }; readonly sentence: string }
  }
  /** Directories of this machine to choose from; without a path those of the home directory */
  'GET /directories': {
    readonly query: { readonly path?: string | number | undefined }
    readonly answer: { readonly path: string; readonly parent?: string; readonly home: string; readonly directories: readonly ({ readonly name: string; readonly path: string; readonly isHidden: boolean; readonly folder?: string })[]; readonly isCut: boolean }
  }
  /** Begin a sign-in by browser at an ownCloud or Nextcloud */
  'POST /remote-logins': {
    readonly body: { readonly address: string; readonly trustCert?: string }
    readonly answer: { readonly id: string; readonly page: string; readonly state: 'waiting' | 'granted'; readonly user?: string; readonly expiresAt: number }
  }
  /** Whether a sign-in was granted; asks the server */
  'GET /remote-logins/{login}': {
    readonly params: { readonly login: string | number }
    readonly answer: { readonly id: string; readonly page: string; readonly state: 'waiting' | 'granted'; readonly user?: string; readonly expiresAt: number }
  }
  /** How fast bytes may flow to and from all remotes together, and in which hours */
  'GET /limits': {
    readonly answer: { readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[]; readonly now: { readonly clock: { readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'; readonly time: string }; readonly sync: boolean; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly until?: number; readonly syncUntil?: number } }
  }
  /** Set how fast all remotes together may be, and in which hours */
  'PATCH /limits': {
    readonly body: { readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: (readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[] | 'inherit') }
    readonly answer: { readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[]; readonly now: { readonly clock: { readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'; readonly time: string }; readonly sync: boolean; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly until?: number; readonly syncUntil?: number } }
  }
  /** In which hours a folder is synced */
  'GET /folders/{folder}/limits': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[]; readonly now: { readonly clock: { readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'; readonly time: string }; readonly sync: boolean; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly until?: number; readonly syncUntil?: number } }
  }
  /** Set in which hours a folder is synced */
  'PATCH /folders/{folder}/limits': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: (readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[] | 'inherit') }
    readonly answer: { readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[]; readonly now: { readonly clock: { readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'; readonly time: string }; readonly sync: boolean; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly until?: number; readonly syncUntil?: number } }
  }
  /** How fast bytes may flow to and from one remote, and in which hours */
  'GET /folders/{folder}/remotes/{remote}/limits': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly answer: { readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[]; readonly now: { readonly clock: { readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'; readonly time: string }; readonly sync: boolean; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly until?: number; readonly syncUntil?: number } }
  }
  /** Set how fast one remote may be, and in which hours */
  'PATCH /folders/{folder}/remotes/{remote}/limits': {
    readonly params: { readonly folder: string | number; readonly remote: string | number }
    readonly body: { readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: (readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[] | 'inherit') }
    readonly answer: { readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly localNetwork?: 'exempt' | 'limited'; readonly schedule?: readonly ({ readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]; readonly from: string; readonly to: string; readonly sync?: boolean; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') })[]; readonly now: { readonly clock: { readonly day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'; readonly time: string }; readonly sync: boolean; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited'); readonly until?: number; readonly syncUntil?: number } }
  }
  /** This device: the id that others have to be told */
  'GET /device': {
    readonly answer: { readonly id: string; readonly name: string; readonly listening: readonly (string)[]; readonly portMapping: { readonly state: 'off' | 'looking' | 'mapped' | 'not-mapped'; readonly address?: string; readonly by?: 'upnp' | 'nat-pmp'; readonly fault?: string }; readonly unreached?: readonly ({ readonly address: string; readonly sentence: string })[] }
  }
  /** The devices that are known */
  'GET /devices': {
    readonly answer: { readonly devices: readonly ({ readonly id: string; readonly name: string; readonly addresses: readonly (string)[]; readonly compression: 'metadata' | 'always' | 'never'; readonly isPaused: boolean; readonly folders: readonly (string)[]; readonly introducer: 'no' | 'adds' | 'adds-and-removes'; readonly acceptInto?: string; readonly introducedBy?: string; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited') })[] }
  }
  /** Know a device: it is called, and may call */
  'POST /devices': {
    readonly body: { readonly id: string; readonly name?: string; readonly addresses?: readonly (string)[]; readonly introducer?: 'no' | 'adds' | 'adds-and-removes'; readonly acceptInto?: string }
    readonly answer: { readonly id: string; readonly name: string; readonly addresses: readonly (string)[]; readonly compression: 'metadata' | 'always' | 'never'; readonly isPaused: boolean; readonly folders: readonly (string)[]; readonly introducer: 'no' | 'adds' | 'adds-and-removes'; readonly acceptInto?: string; readonly introducedBy?: string; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited') }
  }
  /** One device */
  'GET /devices/{device}': {
    readonly params: { readonly device: string | number }
    readonly answer: { readonly id: string; readonly name: string; readonly addresses: readonly (string)[]; readonly compression: 'metadata' | 'always' | 'never'; readonly isPaused: boolean; readonly folders: readonly (string)[]; readonly introducer: 'no' | 'adds' | 'adds-and-removes'; readonly acceptInto?: string; readonly introducedBy?: string; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited') }
  }
  /** Change what is set for a device */
  'PATCH /devices/{device}': {
    readonly params: { readonly device: string | number }
    readonly body: { readonly name?: string; readonly addresses?: readonly (string)[]; readonly compression?: 'metadata' | 'always' | 'never'; readonly introducer?: 'no' | 'adds' | 'adds-and-removes'; readonly acceptInto?: string; readonly uploadBytesPerSecond?: (number | 'unlimited'); readonly downloadBytesPerSecond?: (number | 'unlimited') }
    readonly answer: { readonly id: string; readonly name: string; readonly addresses: readonly (string)[]; readonly compression: 'metadata' | 'always' | 'never'; readonly isPaused: boolean; readonly folders: readonly (string)[]; readonly introducer: 'no' | 'adds' | 'adds-and-removes'; readonly acceptInto?: string; readonly introducedBy?: string; readonly uploadBytesPerSecond: (number | 'unlimited'); readonly downloadBytesPerSecond: (number | 'unlimited') }
  }
  /** Know it no more, and share nothing with it; files stay where they are */
  'DELETE /devices/{device}': {
    readonly params: { readonly device: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Do not connect to it until it is resumed */
  'POST /devices/{device}/pause': {
    readonly params: { readonly device: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Connect to a paused device again */
  'POST /devices/{device}/resume': {
    readonly params: { readonly device: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Share a folder with a device */
  'POST /folders/{folder}/devices': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly device: string }
    readonly answer: { readonly id: string; readonly label: string; readonly path: string; readonly isPaused: boolean; readonly watch: 'on' | 'off'; readonly rescanSeconds: number; readonly trashDays: (number | 'for-ever'); readonly remotes: readonly ({ readonly id: string; readonly address: string; readonly user?: string; readonly kind?: string; readonly label: string; readonly isPaused: boolean; readonly trustCert?: string; readonly pollSeconds: number })[]; readonly devices: readonly (string)[]; readonly meshId: string; readonly type: 'send-receive' | 'send-only' | 'receive-only'; readonly permissions: 'synced' | 'ignored' }
  }
  /** Share a folder no more; files stay where they are */
  'DELETE /folders/{folder}/devices/{device}': {
    readonly params: { readonly folder: string | number; readonly device: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Devices that were heard lately on the local network, and are not known */
  'GET /nearby': {
    readonly answer: { readonly devices: readonly ({ readonly device: string; readonly addresses: readonly (string)[] })[] }
  }
  /** Devices that called and are not known, and folders that known devices offer */
  'GET /pending': {
    readonly answer: { readonly devices: readonly ({ readonly device: string; readonly name: string; readonly address: string; readonly at: number })[]; readonly folders: readonly ({ readonly device: string; readonly name: string; readonly folder: string; readonly label: string; readonly at: number })[] }
  }
  /** Know the device, or take the folder */
  'POST /pending/accept': {
    readonly body: { readonly device: string; readonly name?: string; readonly folder?: string; readonly path?: string; readonly as?: string }
    readonly answer: { readonly ok: true }
  }
  /** Not to be told of it again */
  'POST /pending/ignore': {
    readonly body: { readonly device: string; readonly folder?: string }
    readonly answer: { readonly ok: true }
  }
  /** What is in a directory, and the state of each entry; a page beside another, from a number on, or at a name */
  'GET /folders/{folder}/browse': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly place?: string | number | undefined; readonly sort?: 'name' | 'size' | 'time' | undefined; readonly order?: 'up' | 'down' | undefined; readonly after?: string | number | undefined; readonly before?: string | number | undefined; readonly at?: string | number | undefined; readonly name?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly place: string; readonly items: readonly ({ readonly name: string; readonly path: string; readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'; readonly sizeBytes?: number; readonly mtimeMs?: number; readonly target?: string; readonly etag?: string; readonly isConflictCopy: boolean; readonly conflicts?: number; readonly versions?: number; readonly state: 'in-sync' | 'waiting' | 'syncing' | 'unsynced' | 'ignored'; readonly reason?: string; readonly remotes?: readonly ({ readonly id: string; readonly state: 'in-sync' | 'waiting' | 'syncing' | 'unsynced' | 'ignored' })[] })[]; readonly from: number; readonly previous?: string; readonly next?: string; readonly total: number; readonly directories: number; readonly sizeBytes?: number; readonly againInMs?: number }
  }
  /** Entries whose names hold a text, anywhere below a place */
  'GET /folders/{folder}/search': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly text: string | number; readonly place?: string | number | undefined; readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly items: readonly ({ readonly name: string; readonly path: string; readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'; readonly sizeBytes?: number; readonly mtimeMs?: number; readonly target?: string; readonly etag?: string; readonly isConflictCopy: boolean; readonly conflicts?: number; readonly versions?: number; readonly state: 'in-sync' | 'waiting' | 'syncing' | 'unsynced' | 'ignored'; readonly reason?: string; readonly remotes?: readonly ({ readonly id: string; readonly state: 'in-sync' | 'waiting' | 'syncing' | 'unsynced' | 'ignored' })[] })[]; readonly next?: string; readonly examined: number }
  }
  /** Make a directory */
  'POST /folders/{folder}/content/directory': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly path: string }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Rename or move a file or directory */
  'POST /folders/{folder}/content/move': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly from: string; readonly to: string; readonly replace?: boolean; readonly etag?: string }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Move files and directories to the trash */
  'POST /folders/{folder}/content/delete': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly items: readonly ({ readonly path: string; readonly etag?: string })[] }
    readonly answer: { readonly deleted: readonly (string)[]; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }
  }
  /** Conflict copies with both versions, and where they come from */
  'GET /folders/{folder}/conflicts': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly conflicts: readonly ({ readonly path: string; readonly origin?: string; readonly at?: number; readonly copy: { readonly path: string; readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'; readonly sizeBytes?: number; readonly mtimeMs?: number; readonly etag?: string; readonly by?: string }; readonly original?: { readonly path: string; readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'; readonly sizeBytes?: number; readonly mtimeMs?: number; readonly etag?: string; readonly by?: string }; readonly isEqual: boolean; readonly base?: { readonly revision: string; readonly keptAt: number; readonly mtimeMs: number; readonly sizeBytes: number }; readonly remote?: string })[]; readonly next?: string }
  }
  /** Keep the original, the copy or both; what goes, goes to the trash */
  'POST /folders/{folder}/conflicts/resolve': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly path: string; readonly keep: 'original' | 'copy' | 'both'; readonly as?: string; readonly etags?: { readonly copy?: string; readonly original?: string } }
    readonly answer: { readonly resolved: number; readonly paths: readonly (string)[]; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }
  }
  /** The same for several conflicts, or for all at and below a place */
  'POST /folders/{folder}/conflicts/resolve-many': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly keep: 'original' | 'copy' | 'both'; readonly paths?: readonly (string)[]; readonly place?: string }
    readonly answer: { readonly resolved: number; readonly paths: readonly (string)[]; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }
  }
  /** Older versions of a file, the newest first */
  'GET /folders/{folder}/history': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly path: string | number; readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly path: string; readonly current?: { readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'; readonly sizeBytes?: number; readonly mtimeMs?: number; readonly etag?: string }; readonly versions: readonly ({ readonly revision: string; readonly path: string; readonly keptAt: number; readonly why: 'deleted' | 'replaced' | 'changed'; readonly store: 'trash' | 'git'; readonly kind: 'file' | 'symlink'; readonly sizeBytes: number; readonly mtimeMs: number; readonly by?: { readonly kind: 'here' | 'remote' | 'client' | 'api' | 'unknown'; readonly remote?: string; readonly label: string } })[]; readonly next?: string }
  }
  /** Put an older version in place; what is there goes to the trash */
  'POST /folders/{folder}/history/restore': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly path: string; readonly revision: string }
    readonly answer: { readonly restored: readonly ({ readonly path: string; readonly keptAt: number })[]; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }
  }
  /** What is other than it was at a time */
  'GET /folders/{folder}/history/at': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly at: string | number; readonly place?: string | number | undefined; readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly at: number; readonly place: string; readonly counts: { readonly bringBack: number; readonly replace: number; readonly remove: number; readonly moveBack: number; readonly bytes: number }; readonly items: readonly ({ readonly path: string; readonly change: 'bring-back' | 'replace' | 'remove' | 'move-back'; readonly from?: string; readonly revision?: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly keptAt?: number })[]; readonly next?: string; readonly knownSince?: number; readonly remarks: readonly (string)[] }
  }
  /** Make a directory, or some paths, as they were at a time; can be undone */
  'POST /folders/{folder}/history/restore-at': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly at: number; readonly place?: string; readonly newer?: 'keep' | 'trash'; readonly paths?: readonly (string)[] }
    readonly answer: { readonly broughtBack: number; readonly replaced: number; readonly removed: number; readonly movedBack: number; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[]; readonly undoAt: number }
  }
  /** What happened lately: who, what and where; the newest first */
  'GET /folders/{folder}/changes': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly place?: string | number | undefined; readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly items: readonly ({ readonly id: number; readonly at: number; readonly what: 'created' | 'changed' | 'deleted' | 'moved' | 'many'; readonly path: string; readonly from?: string; readonly count?: number; readonly kind?: 'file' | 'directory' | 'symlink'; readonly sizeBytes?: number; readonly by: { readonly kind: 'here' | 'remote' | 'client' | 'api' | 'unknown'; readonly remote?: string; readonly label: string }; readonly canUndo: boolean })[]; readonly next?: string }
  }
  /** Take one change back; what is there goes to the trash */
  'POST /folders/{folder}/changes/undo': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly change: number }
    readonly answer: { readonly path: string; readonly did: 'restored' | 'trashed' | 'moved-back' }
  }
  /** How older versions are kept, and how much is */
  'GET /folders/{folder}/history/settings': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly settings: { readonly strategy: 'all' | 'newest' | 'staggered'; readonly versions?: number; readonly maxDays: (number | 'for-ever'); readonly spareBytes: number; readonly git: 'on' | 'off' }; readonly kept?: { readonly versions: number; readonly sizeBytes: number; readonly oldestAt?: number }; readonly git?: { readonly path: string; readonly commits: number; readonly lastAt?: number; readonly problem?: string } }
  }
  /** Change how older versions are kept */
  'PATCH /folders/{folder}/history/settings': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly strategy?: 'all' | 'newest' | 'staggered'; readonly versions?: number; readonly maxDays?: (number | 'for-ever'); readonly spareBytes?: number; readonly git?: 'on' | 'off' }
    readonly answer: { readonly strategy: 'all' | 'newest' | 'staggered'; readonly versions?: number; readonly maxDays: (number | 'for-ever'); readonly spareBytes: number; readonly git: 'on' | 'off' }
  }
  /** Remove now, for good, what may go by these settings */
  'POST /folders/{folder}/history/tidy': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly removed: number; readonly removedBytes: number }
  }
  /** Why a path is as it is */
  'GET /folders/{folder}/why': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly path: string | number; readonly ask?: 'records' | 'remotes' | undefined }
    readonly answer: { readonly folder: string; readonly path: string; readonly facts: readonly ({ readonly remote?: string; readonly name: 'here' | 'rule' | 'conflict' | 'remote' | 'agreed' | 'failed' | 'next try' | 'now here' | 'there' | 'next run' | 'fault'; readonly words: string })[] }
  }
  /** Paths that are not in sync, each with its reason */
  'GET /folders/{folder}/unsynced': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly remote?: string | number | undefined; readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly items: readonly ({ readonly remote: string; readonly path: string; readonly because: string; readonly reason: string; readonly nextTryAt?: number })[]; readonly next?: string }
  }
  /** Of a folder that only sends or only receives: the paths that override or revert are about */
  'GET /folders/{folder}/differing': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly items: readonly ({ readonly path: string; readonly is: 'changed' | 'only-here' | 'only-there' })[]; readonly next?: string }
  }
  /** What runs deleted or replaced, the newest first */
  'GET /folders/{folder}/trash': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly place?: string | number | undefined; readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly folder: string; readonly items: readonly ({ readonly id: string; readonly path: string; readonly why: 'deleted' | 'replaced'; readonly keptAt: number; readonly kind: 'file' | 'symlink'; readonly sizeBytes: number; readonly mtimeMs: number })[]; readonly next?: string }
  }
  /** Bring back a file, or the missing files of a directory */
  'POST /folders/{folder}/trash/restore': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly path: string; readonly at?: number; readonly revision?: string }
    readonly answer: { readonly restored: readonly ({ readonly path: string; readonly keptAt: number })[]; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }
  }
  /** Remove for good what was kept for longer */
  'POST /folders/{folder}/trash/sweep': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly olderThanMs: number }
    readonly answer: { readonly removed: number; readonly removedBytes: number }
  }
  /** The texts of the rules */
  'GET /folders/{folder}/ignore': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly shared: string; readonly device: string; readonly syncthing?: string }
  }
  /** Write one of the texts; refused when it cannot be understood */
  'PUT /folders/{folder}/ignore': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly file: 'shared' | 'device'; readonly text: string }
    readonly answer: { readonly ok: true }
  }
  /** What the rules would hide that is synced now */
  'POST /folders/{folder}/ignore/preview': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly file: 'shared' | 'device'; readonly text: string }
    readonly answer: { readonly hiddenCount: number; readonly hidden: readonly ({ readonly path: string; readonly rule: string })[]; readonly shownCount: number; readonly shown: readonly (string)[] }
  }
  /** Which directories are not kept on this device */
  'GET /folders/{folder}/selection': {
    readonly params: { readonly folder: string | number }
    readonly answer: { readonly deselected: readonly ({ readonly path: string; readonly state: 'going' | 'gone' })[]; readonly refusal?: string }
  }
  /** Keep directories, and no longer keep others: what the remote has of them goes from here, and stays there */
  'POST /folders/{folder}/selection': {
    readonly params: { readonly folder: string | number }
    readonly body: { readonly select?: readonly (string)[]; readonly deselect?: readonly (string)[] }
    readonly answer: { readonly deselected: readonly ({ readonly path: string; readonly state: 'going' | 'gone' })[]; readonly refusal?: string }
  }
  /** The directories in a place, and whether they are kept; those that are only there, too, where the remote is asked */
  'GET /folders/{folder}/selection/directories': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly place?: string | number | undefined; readonly ask?: 'index' | 'remote' | undefined }
    readonly answer: { readonly place: string; readonly asked: boolean; readonly directories: readonly ({ readonly path: string; readonly keeping: 'kept' | 'partly' | 'deselected' })[] }
  }
  /** All accounts of the host */
  'GET /accounts': {
    readonly answer: { readonly accounts: readonly ({ readonly id: string; readonly name: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly quotaBytes: (number | 'unlimited'); readonly usedBytes?: number; readonly isDisabled: boolean; readonly hasPassword: boolean; readonly createdAt: number })[] }
  }
  /** Make an account and its home */
  'POST /accounts': {
    readonly body: { readonly name: string; readonly password?: string; readonly displayName?: string; readonly role?: 'user' | 'admin'; readonly quotaBytes?: (number | 'unlimited') }
    readonly answer: { readonly id: string; readonly name: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly quotaBytes: (number | 'unlimited'); readonly usedBytes?: number; readonly isDisabled: boolean; readonly hasPassword: boolean; readonly createdAt: number }
  }
  /** One account */
  'GET /accounts/{account}': {
    readonly params: { readonly account: string | number }
    readonly answer: { readonly id: string; readonly name: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly quotaBytes: (number | 'unlimited'); readonly usedBytes?: number; readonly isDisabled: boolean; readonly hasPassword: boolean; readonly createdAt: number }
  }
  /** Change an account; a new password ends its sessions */
  'PATCH /accounts/{account}': {
    readonly params: { readonly account: string | number }
    readonly body: { readonly password?: string; readonly displayName?: string; readonly role?: 'user' | 'admin'; readonly quotaBytes?: (number | 'unlimited'); readonly isDisabled?: boolean }
    readonly answer: { readonly id: string; readonly name: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly quotaBytes: (number | 'unlimited'); readonly usedBytes?: number; readonly isDisabled: boolean; readonly hasPassword: boolean; readonly createdAt: number }
  }
  /** Remove an account with its sessions, app passwords and grants */
  'DELETE /accounts/{account}': {
    readonly params: { readonly account: string | number }
    readonly query: { readonly home?: 'keep-files' | 'remove-files' | undefined }
    readonly answer: { readonly ok: true }
  }
  /** App passwords of an account, without the passwords */
  'GET /accounts/{account}/app-passwords': {
    readonly params: { readonly account: string | number }
    readonly answer: { readonly appPasswords: readonly ({ readonly id: string; readonly label: string; readonly createdAt: number; readonly usedAt?: number })[] }
  }
  /** Make an app password; it is told this once */
  'POST /accounts/{account}/app-passwords': {
    readonly params: { readonly account: string | number }
    readonly body: { readonly label: string }
    readonly answer: { readonly appPassword: { readonly id: string; readonly label: string; readonly createdAt: number; readonly usedAt?: number }; readonly password: string }
  }
  /** Revoke an app password */
  'DELETE /accounts/{account}/app-passwords/{id}': {
    readonly params: { readonly account: string | number; readonly id: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Which accounts have which folders in their tree */
  'GET /grants': {
    readonly answer: { readonly grants: readonly ({ readonly folder: string; readonly account: string; readonly rights: 'read' | 'write'; readonly mount: string })[] }
  }
  /** Put a folder into the tree of an account */
  'POST /grants': {
    readonly body: { readonly folder: string; readonly account: string; readonly rights: 'read' | 'write'; readonly mount?: string }
    readonly answer: { readonly folder: string; readonly account: string; readonly rights: 'read' | 'write'; readonly mount: string }
  }
  /** Take a folder out of the tree of an account */
  'DELETE /grants/{folder}/{account}': {
    readonly params: { readonly folder: string | number; readonly account: string | number }
    readonly answer: { readonly ok: true }
  }
  /** Sign in as an administrator, or by the code of a link */
  'POST /session': {
    readonly body: ({ readonly name: string; readonly password: string } | { readonly code: string })
    readonly answer: { readonly by: 'account' | 'owner'; readonly account: string; readonly displayName: string; readonly csrfToken: string }
  }
  /** Who is signed in */
  'GET /session': {
    readonly answer: { readonly by: 'account' | 'owner'; readonly account: string; readonly displayName: string; readonly csrfToken: string }
  }
  /** Sign out */
  'DELETE /session': {
    readonly answer: { readonly ok: true }
  }
  /** Make a link that lets one browser in, once */
  'POST /session/links': {
    readonly answer: { readonly code: string; readonly expiresAt: number }
  }
  /** What happens, as it happens, and everything after event `since` (or `Last-Event-ID`) before that */
  'GET /events': {
    readonly query: { readonly since?: string | number | undefined }
    readonly answer: ({ readonly id: number; readonly at: number } & ({ readonly type: 'daemon'; readonly state: 'started' | 'stopping' } | { readonly type: 'folder'; readonly folder: string; readonly what: 'added' | 'changed' | 'removed' } | { readonly type: 'remote'; readonly folder: string; readonly remote: string; readonly what: 'added' | 'changed' | 'removed' } | { readonly type: 'folder-state'; readonly folder: string; readonly state: 'starting' | 'scanning' | 'idle' | 'syncing' | 'paused' | 'unavailable' | 'stopped'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string } } | { readonly type: 'remote-state'; readonly folder: string; readonly remote: string; readonly state: 'starting' | 'in-sync' | 'unsynced' | 'syncing' | 'waiting' | 'stopped' | 'braked' | 'paused'; readonly sentence: string; readonly fault?: { readonly code: string; readonly message: string }; readonly nextTryAt?: number } | { readonly type: 'progress'; readonly folder: string; readonly remote: string; readonly progress: { readonly phase: 'scanning' | 'observing' | 'planning' | 'applying' | 'watching'; readonly steps: { readonly done: number; readonly of: number }; readonly bytes: { readonly done: number; readonly of: number }; readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number; readonly files?: readonly ({ readonly path: string; readonly direction: 'upload' | 'download'; readonly doneBytes: number; readonly sizeBytes: number; readonly bytesPerSecond: number; readonly startedAt: number })[] } } | { readonly type: 'outcome'; readonly folder: string; readonly remote: string; readonly as: 'done' | 'stale' | 'failed' | 'kept' | 'skipped'; readonly do: string; readonly path: string; readonly on?: 'here' | 'there'; readonly from?: string; readonly words: string; readonly code?: string; readonly message?: string } | { readonly type: 'run'; readonly folder: string; readonly remote: string; readonly isEqual: boolean; readonly counts: { readonly uploaded: number; readonly downloaded: number; readonly uploadedBytes: number; readonly downloadedBytes: number; readonly moved: number; readonly deletedHere: number; readonly deletedThere: number; readonly conflicts: number; readonly other: number }; readonly unsynced: number; readonly tookMs: number; readonly brake?: { readonly id: string; readonly folder: string; readonly remote: string; readonly because: 'root-emptied' | 'too-many-deletions' | 'too-many-overwrites'; readonly on: 'here' | 'there'; readonly count: number; readonly of: number; readonly sentence: string; readonly since: number } } | { readonly type: 'changed'; readonly folder: string; readonly places: readonly (string)[] } | { readonly type: 'conflict'; readonly folder: string; readonly path: string; readonly origin?: string } | { readonly type: 'notice'; readonly folder?: string; readonly remote?: string; readonly path?: string; readonly text: string } | { readonly type: 'config'; readonly what: 'changed' | 'refused'; readonly message?: string } | { readonly type: 'account'; readonly account: string; readonly what: 'added' | 'changed' | 'removed' | 'granted' | 'grant-removed' } | { readonly type: 'device'; readonly device: string; readonly what: 'added' | 'changed' | 'removed' } | { readonly type: 'device-connected'; readonly device: string; readonly name: string; readonly way: 'lan' | 'wan' | 'relay'; readonly address: string } | { readonly type: 'device-disconnected'; readonly device: string; readonly name: string; readonly message?: string } | { readonly type: 'pending'; readonly what: 'device' | 'folder'; readonly device: string; readonly name: string; readonly folder?: string; readonly label?: string } | { readonly type: 'gap' }))
  }
  /** This description */
  'GET /openapi.json': {
    readonly answer: {  }
  }
  /** The bytes of a file, or a range of them */
  'GET /folders/{folder}/content': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly path: string | number }
    readonly answer: string
  }
  /** Put a file; replaces one only with its ETag as `If-Match` */
  'PUT /folders/{folder}/content': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly path: string | number; readonly mtimeMs?: string | number | undefined }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** The bytes of an older version, or a range of them */
  'GET /folders/{folder}/history/content': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly path: string | number; readonly revision: string | number }
    readonly answer: string
  }
  /** Put what both versions were merged into; the original with its ETag as `If-Match`, the copy and what was there go to the trash */
  'PUT /folders/{folder}/conflicts/merged': {
    readonly params: { readonly folder: string | number }
    readonly query: { readonly path: string | number; readonly mtimeMs?: string | number | undefined }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Whose files these are, and how much room there is */
  'GET /me': {
    readonly answer: { readonly account: string; readonly displayName: string; readonly usedBytes: number; readonly quotaBytes: (number | 'unlimited'); readonly folders: readonly ({ readonly name: string; readonly rights: 'read' | 'write' })[] }
  }
  /** One’s own app passwords, without the passwords */
  'GET /me/app-passwords': {
    readonly answer: { readonly appPasswords: readonly ({ readonly id: string; readonly label: string; readonly createdAt: number; readonly usedAt?: number })[] }
  }
  /** Make an app password; it is told this once */
  'POST /me/app-passwords': {
    readonly body: { readonly label: string }
    readonly answer: { readonly appPassword: { readonly id: string; readonly label: string; readonly createdAt: number; readonly usedAt?: number }; readonly password: string }
  }
  /** Revoke an app password */
  'DELETE /me/app-passwords/{id}': {
    readonly params: { readonly id: string | number }
    readonly answer: { readonly ok: true }
  }
  /** What is in a directory of one’s own files, granted folders among them */
  'GET /me/browse': {
    readonly query: { readonly place?: string | number | undefined; readonly sort?: 'name' | 'size' | 'time' | undefined; readonly order?: 'up' | 'down' | undefined; readonly after?: string | number | undefined; readonly before?: string | number | undefined; readonly at?: string | number | undefined; readonly name?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly place: string; readonly items: readonly ({ readonly name: string; readonly path: string; readonly kind: 'file' | 'directory'; readonly sizeBytes: number; readonly mtimeMs: number; readonly etag: string; readonly rights: readonly ('write' | 'remove' | 'rename' | 'add')[]; readonly isGranted: boolean })[]; readonly from: number; readonly previous?: string; readonly next?: string; readonly total: number; readonly directories: number; readonly sizeBytes: number; readonly rights: readonly ('write' | 'remove' | 'rename' | 'add')[] }
  }
  /** Make a directory */
  'POST /me/content/directory': {
    readonly body: { readonly path: string }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Rename or move a file or directory */
  'POST /me/content/move': {
    readonly body: { readonly from: string; readonly to: string; readonly replace?: boolean; readonly etag?: string }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Move files and directories to the trash */
  'POST /me/content/delete': {
    readonly body: { readonly items: readonly ({ readonly path: string; readonly etag?: string })[] }
    readonly answer: { readonly deleted: readonly (string)[]; readonly failed: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }
  }
  /** What was deleted, the newest first */
  'GET /me/trash': {
    readonly query: { readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
    readonly answer: { readonly items: readonly ({ readonly id: string; readonly path: string; readonly kind: 'file' | 'directory'; readonly sizeBytes: number; readonly deletedAt: number })[]; readonly next?: string }
  }
  /** Bring back what was deleted */
  'POST /me/trash/restore': {
    readonly body: { readonly id: string }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Remove for good what is in the trash */
  'POST /me/trash/delete': {
    readonly body: { readonly id: string }
    readonly answer: { readonly ok: true }
  }
  /** Remove for good all that was deleted from one’s home */
  'POST /me/trash/empty': {
    readonly answer: { readonly ok: true }
  }
  /** The older versions of a file, the newest first */
  'GET /me/versions': {
    readonly query: { readonly path: string | number }
    readonly answer: { readonly path: string; readonly mayRestore: boolean; readonly versions: readonly ({ readonly version: string; readonly sizeBytes: number; readonly mtimeMs: number })[] }
  }
  /** Make an older version the current one */
  'POST /me/versions/restore': {
    readonly body: { readonly path: string; readonly version: string }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** Sign in to one’s own files */
  'POST /me/session': {
    readonly body: { readonly name: string; readonly password: string }
    readonly answer: { readonly account: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly csrfToken: string }
  }
  /** Who is signed in */
  'GET /me/session': {
    readonly answer: { readonly account: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly csrfToken: string }
  }
  /** Sign out */
  'DELETE /me/session': {
    readonly answer: { readonly ok: true }
  }
  /** Another password; ends all other sessions */
  'POST /me/password': {
    readonly body: { readonly current: string; readonly next: string }
    readonly answer: { readonly account: string; readonly displayName: string; readonly role: 'user' | 'admin'; readonly csrfToken: string }
  }
  /** The bytes of a file, or a range of them */
  'GET /me/content': {
    readonly query: { readonly path: string | number }
    readonly answer: string
  }
  /** Put a file; replaces one only with its ETag as `If-Match` */
  'PUT /me/content': {
    readonly query: { readonly path: string | number; readonly mtimeMs?: string | number | undefined }
    readonly answer: { readonly path: string; readonly kind: 'file' | 'directory'; readonly etag: string; readonly sizeBytes: number; readonly mtimeMs: number; readonly as: 'created' | 'replaced' }
  }
  /** The bytes of an older version */
  'GET /me/versions/content': {
    readonly query: { readonly path: string | number; readonly version: string | number }
    readonly answer: string
  }
}
