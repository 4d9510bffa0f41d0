// What a story is made of: who does what on which side, and what must come out. Stories are data; `play.ts` tells them.
import type { BrakeLimits } from '../../src/plan/context.ts'
import type { Approval } from '../../src/sync/options.ts'
import type { FaultRule } from '../fakes/owncloud/faults.ts'
import type { Stage } from './stage.ts'

/** What the folder is paired with. */
export type RemoteKind = 'directory' | 'webdav' | 'nextcloud' | 'owncloud' | 'host'

/** Without the host, whose stories are told beside its other tests. */
export const EVERY_KIND: readonly RemoteKind[] = ['directory', 'webdav', 'nextcloud', 'owncloud']
export const SERVERS: readonly RemoteKind[] = ['webdav', 'nextcloud', 'owncloud']
export const CLOUDS: readonly RemoteKind[] = ['nextcloud', 'owncloud']

/** `forth`: A is the folder, B the remote. `back`: the other way round. */
export type Direction = 'forth' | 'back'

/** The two replicas of a story. */
export type Who = 'a' | 'b'

/** At a path: what a file contains, a directory (null), or where a link points. Directories above a path go without saying. */
export type Spot = string | null | { readonly link: string }
export type Trees = Readonly<Record<string, Spot>>

/** What somebody does on one side, seen from outside the program. */
export type Deed =
  | { readonly do: 'write'; readonly path: string; readonly text: string; readonly mtimeNs?: bigint }
  /** Other bytes of the same size under the same modification time. */
  | { readonly do: 'rewrite-unseen'; readonly path: string; readonly text: string }
  | { readonly do: 'make-directory'; readonly path: string }
  | { readonly do: 'move'; readonly from: string; readonly to: string }
  | { readonly do: 'copy'; readonly from: string; readonly to: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'touch'; readonly path: string; readonly mtimeNs: bigint }
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly do: 'link'; readonly path: string; readonly target: string }
  | { readonly do: 'fifo'; readonly path: string }

export const write = (path: string, text: string, mtimeNs?: bigint): Deed => ({
  do: 'write',
  path,
  text,
  ...(mtimeNs === undefined ? {} : { mtimeNs }),
})
export const rewriteUnseen = (path: string, text: string): Deed => ({ do: 'rewrite-unseen', path, text })
export const makeDirectory = (path: string): Deed => ({ do: 'make-directory', path })
export const move = (from: string, to: string): Deed => ({ do: 'move', from, to })
export const copy = (from: string, to: string): Deed => ({ do: 'copy', from, to })
export const remove = (path: string): Deed => ({ do: 'remove', path })
export const touch = (path: string, mtimeNs: bigint): Deed => ({ do: 'touch', path, mtimeNs })
export const chmod = (path: string, mode: number): Deed => ({ do: 'chmod', path, mode })
export const link = (path: string, target: string): Deed => ({ do: 'link', path, target })
export const fifo = (path: string): Deed => ({ do: 'fifo', path })

export const seconds = (count: number): bigint => BigInt(count) * 1_000_000_000n

/** A text that depends on the side which the program keeps the name for: the remote. */
export interface Contested {
  readonly a: string
  readonly b: string
  readonly keep: 'winner' | 'loser'
}

/** Of what A and B wrote to the same name: what the remote wrote, which keeps the name. */
export const winner = (a: string, b: string): Contested => ({ a, b, keep: 'winner' })
/** The other one: the content of the conflict copy. */
export const loser = (a: string, b: string): Contested => ({ a, b, keep: 'loser' })

export type Wanted = Readonly<Record<string, Spot | Contested>>

/** Counts of requests by method, as in `{ MOVE: 1, GET: 0 }`; `any` counts all. */
export type Requests = Readonly<Record<string, number>>

/** What must have come out of a run. What is not named: no conflict copies, nothing unsynced, status 0. */
export interface Expected {
  /** On both sides, conflict copies left out. */
  readonly tree?: Wanted
  /** Where the sides are to differ. */
  readonly onA?: Wanted
  readonly onB?: Wanted
  /** Contents of the conflict copies, by the path they were made of. */
  readonly copies?: Readonly<Record<string, readonly (string | Contested)[]>>
  /** Contents in the trash of the side that did not delete or overwrite them itself. */
  readonly trashOnA?: readonly string[]
  readonly trashOnB?: readonly string[]
  /** The rule or error code for each path that is not in sync. */
  readonly unsynced?: Readonly<Record<string, string | RegExp>>
  /** What is below has reasons of its own, or none: the one of this place counts. */
  readonly unsyncedBelow?: string
  /** As the command's. */
  readonly status?: number
  /** The code of the error that ends the run. */
  readonly error?: string | RegExp
  readonly moved?: number
  /** Files up or down. */
  readonly transfers?: number
  readonly bytes?: number
  readonly deleted?: number
  /** On a server, by direction. */
  readonly requests?: Requests
  readonly requestsBack?: Requests
  readonly brake?: string
}

/** Something that happens in the middle of a run: right before the program first does `at` on that side. */
export interface Meanwhile {
  readonly on: Who
  readonly at: 'observe' | 'read' | 'stage' | 'commit'
  /** Only there. */
  readonly path?: string
  readonly a?: readonly Deed[]
  readonly b?: readonly Deed[]
}

/** Deeds, then a run of the program, then a look at what came out. */
export interface Round {
  readonly a?: readonly Deed[]
  readonly b?: readonly Deed[]
  readonly meanwhile?: readonly Meanwhile[]
  /** Of a server, for this run. */
  readonly faults?: readonly FaultRule[]
  /** Anything else that comes before the run. */
  readonly before?: (stage: Stage) => unknown
  readonly after?: (stage: Stage) => unknown
  readonly approve?: readonly Approval[]
  readonly limits?: Partial<BrakeLimits>
  readonly trust?: 'metadata' | 'content'
  /** Only the way in which the outcome is reached differs: so often the program is run before looking. */
  readonly runs?: number
  readonly expect?: Expected
}

export interface Story extends Round {
  readonly id: string
  readonly title: string
  /** All kinds when not given. */
  readonly with?: readonly RemoteKind[]
  readonly directions?: readonly Direction[]
  /** In sync on both sides when the story begins. */
  readonly base?: Trees
  /** Rules for this run only, as of `--ignore-from`. */
  readonly ignore?: string
  /** Instead of one round in the story itself. */
  readonly rounds?: readonly Round[]
  /** How the fake server is set up. */
  readonly server?: Readonly<Record<string, unknown>>
  /** Times are not compared at the end, and why. */
  readonly timesDiffer?: string
  /** The sides are to differ at the end without a reason for each path, and why. */
  readonly apart?: string
  /** What the program still gets wrong, so that the story cannot end well yet. */
  readonly bug?: Bug
}

export interface Bug {
  readonly why: string
  readonly with?: readonly RemoteKind[]
  readonly directions?: readonly Direction[]
}
