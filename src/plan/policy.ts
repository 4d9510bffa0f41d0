// The policy: which rule answers a pair of changes. Total by type: a new change does not compile until every cell has a rule.
import type { Change } from './relate.ts'

/** Why the planner chose what it chose. `explain.ts` has the sentence for each. */
export type Rule =
  | 'nothing-here'
  | 'in-sync'
  | 'pull-created'
  | 'pull-edited'
  | 'pull-touched'
  | 'pull-deleted'
  | 'push-created'
  | 'push-edited'
  | 'push-touched'
  | 'push-deleted'
  | 'local-edit-beats-delete'
  | 'remote-edit-beats-delete'
  | 'both-deleted'
  | 'same-content'
  | 'compare-first'
  | 'conflict'
  | 'conflict-won'
  | 'directory-beats-file'
  | 'keep-nonempty'
  | 'pull-moved'
  | 'push-moved'
  | 'both-moved'
  | 'restore-not-permitted'
  | 'set-aside-not-permitted'
  | HoldRule

/** Rules that leave the path as it is on both sides. */
export type HoldRule =
  | 'hold-ignored'
  | 'hold-unreadable'
  | 'hold-unlisted'
  | 'hold-unsupported'
  | 'hold-name'
  | 'hold-clash'
  | 'hold-not-permitted'
  | 'hold-backing-off'
  | 'hold-news'
  | 'hold-nonempty'

/** What a cell of the policy says; `merge` and `blocked` are refined by what the entries are. */
export type Cell = Rule | 'merge' | 'blocked' | 'impossible'

export type Policy = { readonly [Local in Change]: { readonly [Remote in Change]: Cell } }

/**
 * Towards a server, a bucket or another directory: one-sided changes travel, an edit beats a delete, content beats metadata, and
 * where both sides have something new the entries decide (`merge`). Without an agreement a side is absent, created or blocked;
 * with one it is never absent or created, so the mixed cells cannot occur.
 */
export const REMOTE_POLICY: Policy = {
  absent: {
    absent: 'nothing-here',
    created: 'pull-created',
    unchanged: 'impossible',
    touched: 'impossible',
    edited: 'impossible',
    deleted: 'impossible',
    blocked: 'blocked',
  },
  created: {
    absent: 'push-created',
    created: 'merge',
    unchanged: 'impossible',
    touched: 'impossible',
    edited: 'impossible',
    deleted: 'impossible',
    blocked: 'blocked',
  },
  unchanged: {
    absent: 'impossible',
    created: 'impossible',
    unchanged: 'in-sync',
    touched: 'pull-touched',
    edited: 'pull-edited',
    deleted: 'pull-deleted',
    blocked: 'blocked',
  },
  touched: {
    absent: 'impossible',
    created: 'impossible',
    unchanged: 'push-touched',
    // Nobody's bytes are at stake: the server's time and mode win, as its name does in a conflict.
    touched: 'pull-touched',
    edited: 'pull-edited',
    // A new time is not work that a delete could lose.
    deleted: 'pull-deleted',
    blocked: 'blocked',
  },
  edited: {
    absent: 'impossible',
    created: 'impossible',
    unchanged: 'push-edited',
    touched: 'push-edited',
    edited: 'merge',
    deleted: 'local-edit-beats-delete',
    blocked: 'blocked',
  },
  deleted: {
    absent: 'impossible',
    created: 'impossible',
    unchanged: 'push-deleted',
    touched: 'push-deleted',
    edited: 'remote-edit-beats-delete',
    deleted: 'both-deleted',
    blocked: 'blocked',
  },
  blocked: {
    absent: 'blocked',
    created: 'blocked',
    unchanged: 'blocked',
    touched: 'blocked',
    edited: 'blocked',
    deleted: 'blocked',
    blocked: 'blocked',
  },
}
