// What happens, as it happens. Ids grow, also across restarts of the daemon.
import * as v from 'valibot'
import { Brake } from './brakes.ts'
import { Count, Fault, Id, Sentence, type Shape, SideWord, Time } from './shape.ts'
import { Counts, FolderState, Progress, RemoteState } from './status.ts'

const Pair = { folder: Id, remote: Id }

/** Without id and time, as the daemon's parts tell it. */
export const News = v.variant('type', [
  v.object({ type: v.literal('daemon'), state: v.picklist(['started', 'stopping']) }),
  /** Set up, changed (its settings) or removed. */
  v.object({ type: v.literal('folder'), folder: Id, what: v.picklist(['added', 'changed', 'removed']) }),
  v.object({ type: v.literal('remote'), ...Pair, what: v.picklist(['added', 'changed', 'removed']) }),
  v.object({
    type: v.literal('folder-state'),
    folder: Id,
    state: FolderState,
    sentence: Sentence,
    fault: v.exactOptional(Fault),
  }),
  v.object({
    type: v.literal('remote-state'),
    ...Pair,
    state: RemoteState,
    sentence: Sentence,
    fault: v.exactOptional(Fault),
    nextTryAt: v.exactOptional(Time),
  }),
  /** At most a few times a second for each pair. */
  v.object({ type: v.literal('progress'), ...Pair, progress: Progress }),
  /** What became of a step; those that only note something are not told. */
  v.object({
    type: v.literal('outcome'),
    ...Pair,
    as: v.picklist(['done', 'stale', 'failed', 'kept', 'skipped']),
    do: v.string(),
    path: v.string(),
    /** The side that was changed. */
    on: v.exactOptional(SideWord),
    /** Of a move: where it was. */
    from: v.exactOptional(v.string()),
    words: Sentence,
    code: v.exactOptional(v.string()),
    message: v.exactOptional(Sentence),
  }),
  /** After each run that did something, or left something else undone than the one before. */
  v.object({
    type: v.literal('run'),
    ...Pair,
    isEqual: v.boolean(),
    counts: Counts,
    unsynced: Count,
    tookMs: Count,
    brake: v.exactOptional(Brake),
  }),
  /** Rows of the index changed: whoever shows that directory looks again. '' is the root. */
  v.object({ type: v.literal('changed'), folder: Id, places: v.array(v.string()) }),
  v.object({ type: v.literal('conflict'), folder: Id, path: v.string(), origin: v.exactOptional(v.string()) }),
  v.object({
    type: v.literal('notice'),
    folder: v.exactOptional(Id),
    remote: v.exactOptional(Id),
    path: v.exactOptional(v.string()),
    text: Sentence,
  }),
  v.object({ type: v.literal('config'), what: v.picklist(['changed', 'refused']), message: v.exactOptional(Sentence) }),
  v.object({
    type: v.literal('account'),
    account: v.string(),
    what: v.picklist(['added', 'changed', 'removed', 'granted', 'grant-removed']),
  }),
  /** Known, changed or not known any more. */
  v.object({ type: v.literal('device'), device: v.string(), what: v.picklist(['added', 'changed', 'removed']) }),
  v.object({
    type: v.literal('device-connected'),
    device: v.string(),
    name: v.string(),
    way: v.picklist(['lan', 'wan', 'relay']),
    address: v.string(),
  }),
  v.object({
    type: v.literal('device-disconnected'),
    device: v.string(),
    name: v.string(),
    message: v.exactOptional(Sentence),
  }),
  /** A device that is not known called, or a known one offers a folder. */
  v.object({
    type: v.literal('pending'),
    what: v.picklist(['device', 'folder']),
    device: v.string(),
    name: v.string(),
    folder: v.exactOptional(v.string()),
    label: v.exactOptional(v.string()),
  }),
  /** Events are missing before the next one: whoever keeps a picture of the state asks for all of it again. */
  v.object({ type: v.literal('gap') }),
])
export type News = Shape<typeof News>

export const EventStamp = v.object({ id: Count, at: Time })
/** One event of the stream. */
export const Event = v.intersect([EventStamp, News])
export type Event = Shape<typeof EventStamp> & News
