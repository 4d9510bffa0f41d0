// The texts about conflicts: two versions of one file, and what becomes of them.
import { number, plural } from './format.ts'

export const conflicts = {
  title: 'Conflicts',
  lead: 'Both sides changed these files before they could be synced. Nothing is lost: the other version stands beside each.',
  empty: { title: 'No conflicts', text: 'Where two sides change the same file at once, you choose here.' },
  back: 'All conflicts',
  list: (folder: string) => `Conflicts in ${folder}`,
  choose: (name: string) => `Choose ${name}`,
  chooseAll: (folder: string) => `Choose all in ${folder}`,
  chosen: (count: number) => plural(count, { one: '# chosen', other: '# chosen' }),
  compare: 'Compare',
  compareOf: (name: string) => `Compare ${name}`,
  equal: 'Both are the same',
  first: (shown: number, of: number) => `The first ${number(shown)} of ${number(of)} are shown.`,
  more: 'Show more',
  beside: ' and ',
  by: (who: string) => `from ${who}`,
  setAside: (when: string) => `set aside ${when}`,
  gone: 'This conflict is settled, or one of its versions is not there any more.',
  noOriginal: 'Under the first name there is nothing any more.',

  versions: {
    original: 'Version in place',
    copy: 'Version set aside',
  },
  keep: {
    original: 'Keep the one in place',
    copy: 'Keep the one set aside',
    both: 'Keep both',
    this: 'Keep this one',
    hint: 'What is not kept goes to the trash.',
  },
  settled: {
    original: (name: string) => `${name} stays as it is.`,
    copy: (name: string) => `${name} is the version that was set aside.`,
    both: (name: string) => `Both stay; the other one is ${name}.`,
    merged: (name: string) => `${name} holds both.`,
    many: (count: number) => plural(count, { one: '# conflict is settled.', other: '# conflicts are settled.' }),
    failed: (count: number, first: string) =>
      `${plural(count, { one: '# conflict stays', other: '# conflicts stay' })}: ${first}`,
    undone: 'Both versions are as they were.',
  },
  sameForAll: {
    title: (count: number) => plural(count, { one: 'The same for # conflict?', other: 'The same for # conflicts?' }),
    text: 'What is not kept goes to the trash, from where it can be brought back.',
  },

  compareTitle: 'What is different',
  lines: 'Both texts, line by line',
  modes: { label: 'How to look at it', compare: 'Side by side', merge: 'Merge' },
  unchanged: (count: number) => plural(count, { one: '# equal line', other: '# equal lines' }),
  added: 'only here',
  removed: 'missing here',
  sameText: 'Both texts are the same.',
  tooLong: 'These texts are too large to be compared here. Download both, or choose by what is known of them.',
  binary: 'These are no texts, so their difference cannot be shown.',
  moreRows: 'Show more',
  hasBase: (when: string) =>
    `What both were made of is still known, from ${when}: what only one side changed is merged by itself.`,
  noBase: 'What both were made of is not known any more, so each difference is yours to choose.',

  merge: {
    chunks: 'Differences',
    result: 'Merged text',
    auto: {
      left: 'Only the one in place changed this',
      right: 'Only the one set aside changed this',
      both: 'Both changed this alike',
    },
    conflict: (n: number, of: number) => `Difference ${n} of ${of}`,
    take: { left: 'In place', right: 'Set aside', both: 'Both' },
    nothing: 'nothing',
    left: (count: number) =>
      plural(count, { one: '# difference waits for your choice.', other: '# differences wait for your choice.' }),
    ready: 'Everything is decided.',
    edited: 'Edited by hand.',
    anew: 'Begin anew',
    save: 'Save the merged text',
    hint: 'It takes the place of the file. Both versions go to the trash.',
  },
}
