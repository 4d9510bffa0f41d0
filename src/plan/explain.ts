// The rules in words, as `--dry-run`, `why` and the user interface show them.
import type { HoldRule, Rule } from './policy.ts'

const SENTENCES: Readonly<Record<Rule, string>> = {
  'nothing-here': 'it is on neither side',
  'in-sync': 'both sides are as they last agreed',
  'pull-created': 'it is new on the other side',
  'pull-edited': 'it was changed on the other side only',
  'pull-touched': 'only its time or mode was changed on the other side',
  'pull-deleted': 'it was deleted on the other side and not changed here since',
  'push-created': 'it is new here',
  'push-edited': 'it was changed here only',
  'push-touched': 'only its time or mode was changed here',
  'push-deleted': 'it was deleted here and not changed on the other side since',
  'local-edit-beats-delete': 'it was deleted on the other side but changed here: the change is kept',
  'remote-edit-beats-delete': 'it was deleted here but changed on the other side: the change is kept',
  'both-deleted': 'it was deleted on both sides',
  'same-content': 'both sides have the same content',
  'compare-first': 'both sides have it without having agreed on it: the contents are compared first',
  conflict:
    'it was changed on both sides: the other side keeps the name, the version from here is kept as a conflict copy',
  'conflict-won':
    'it was changed on both sides: the version from here keeps the name everywhere, the other is kept as a conflict copy where it was made',
  'directory-beats-file':
    'one side has a directory there, the other something else: the directory keeps the name, the other is kept as a conflict copy',
  'keep-nonempty': 'the directory was deleted on one side, but something in it lives on',
  'pull-moved': 'it was moved on the other side',
  'push-moved': 'it was moved here',
  'both-moved': 'it was moved to different places on both sides: the place on the other side is kept',
  'restore-not-permitted': 'it was deleted or moved here, but the other side does not permit that: it is restored',
  'set-aside-not-permitted':
    'it was changed here, but the other side does not permit changing it: the version from here is kept as a conflict copy',
  'hold-ignored': 'it is ignored: left alone on both sides',
  'hold-unreadable': 'it cannot be read: nothing is done until it can',
  'hold-unlisted': 'the other side could not list the directory it is in: nothing is done until it can',
  'hold-unsupported': 'the other side cannot hold this kind of entry',
  'hold-name': 'the other side cannot hold this name',
  'hold-clash': 'the other side takes this name and that of another entry for the same',
  'hold-not-permitted': 'the other side does not permit it there',
  'hold-nonempty': 'it was deleted on one side, but holds something that is left alone here: the directory stays',
  'hold-news':
    'both sides have something new, and one of them may only be behind: it waits a few seconds for word from the other devices',
  'hold-backing-off': 'it failed before and has not changed since: it is tried again later',
}

/** Every rule there is. */
export const RULES = Object.keys(SENTENCES) as Rule[]

/** Why, as the middle of a sentence: "pull a.txt: it is new on the other side". */
export function explain(rule: Rule): string {
  return SENTENCES[rule]
}

export function isHold(rule: Rule): rule is HoldRule {
  return rule.startsWith('hold-')
}
