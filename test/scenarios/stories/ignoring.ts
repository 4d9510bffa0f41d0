// Group G: what the user wants left alone.
import { loser, makeDirectory, remove, type Story, winner, write } from '../story.ts'

const LEFT_ALONE = 'what is ignored is left alone'

export const IGNORING: readonly Story[] = [
  {
    id: 'G01',
    title: 'a directory that becomes ignored is left alone on both sides',
    base: { 'D/x': 'one', 'D/y': 'two', other: 'stays' },
    rounds: [
      {
        a: [write('.syncignore', 'D/\n')],
        b: [],
        expect: { tree: { 'D/x': 'one', 'D/y': 'two', other: 'stays', '.syncignore': 'D/\n' }, deleted: 0 },
        runs: 2,
      },
      {
        a: [remove('D/x')],
        b: [write('D/new', 'for B alone')],
        expect: {
          onA: { 'D/y': 'two', other: 'stays', '.syncignore': 'D/\n' },
          onB: { 'D/x': 'one', 'D/y': 'two', 'D/new': 'for B alone', other: 'stays', '.syncignore': 'D/\n' },
          deleted: 0,
          transfers: 0,
        },
      },
      {
        // G02: no longer ignored, it is merged like a first time, and nothing is deleted.
        a: [write('.syncignore', '# nothing\n')],
        runs: 2,
        expect: {
          tree: { 'D/x': 'one', 'D/y': 'two', 'D/new': 'for B alone', other: 'stays', '.syncignore': '# nothing\n' },
        },
      },
    ],
  },
  {
    id: 'G04',
    title: 'a file ignored on both sides and deleted on one stays on the other',
    ignore: 'private',
    base: { other: 'stays' },
    a: [write('private', 'A keeps this')],
    expect: { onA: { private: 'A keeps this', other: 'stays' }, onB: { other: 'stays' } },
  },
  {
    id: 'G06',
    apart: LEFT_ALONE,
    title: 'rules that another device changes hold from the next run on, and delete nothing',
    base: { 'x.log': 'log', 'y.txt': 'text' },
    rounds: [
      { b: [write('.syncignore', '*.log\n')], runs: 2, expect: { deleted: 0 } },
      {
        a: [remove('x.log')],
        runs: 2,
        expect: {
          onA: { 'y.txt': 'text', '.syncignore': '*.log\n' },
          onB: { 'x.log': 'log', 'y.txt': 'text', '.syncignore': '*.log\n' },
          deleted: 0,
        },
      },
    ],
  },
  {
    id: 'G07',
    title: 'rules with negation, stars, comments and case say what they say',
    ignore: '# a comment\r\n!/keep/*.tmp\n/keep/sub\n*.tmp\n(?i)THUMBS\nbuild/**/out\n',
    a: [
      write('a.tmp', 'ignored 1'),
      write('keep/a.tmp', 'kept 1'),
      write('keep/sub/x', 'ignored 2'),
      write('thumbs', 'ignored 3'),
      write('build/a/b/out', 'ignored 4'),
      write('build/a/in', 'kept 2'),
    ],
    expect: {
      onA: {
        'a.tmp': 'ignored 1',
        'keep/a.tmp': 'kept 1',
        'keep/sub/x': 'ignored 2',
        thumbs: 'ignored 3',
        'build/a/b/out': 'ignored 4',
        'build/a/in': 'kept 2',
      },
      onB: { 'keep/a.tmp': 'kept 1', 'build/a/in': 'kept 2', 'build/a/b': null },
    },
  },
  {
    id: 'G08',
    apart: LEFT_ALONE,
    title: 'the junk of systems and editors stays where it is',
    a: [write('.DS_Store', 'junk'), write('~$letter.docx', 'lock'), write('letter.docx', 'letter')],
    ignore: '# only the usual\n',
    expect: { onB: { 'letter.docx': 'letter' } },
  },
  {
    id: 'G10',
    apart: LEFT_ALONE,
    title: 'what is no longer ignored is merged as for the first time',
    base: { 'D/x': 'old' },
    rounds: [
      { a: [write('.syncignore', '/D\n')], runs: 2 },
      { b: [write('D/x', 'new')], expect: { transfers: 0 } },
      {
        a: [write('.syncignore', '\n')],
        runs: 2,
        expect: {
          tree: { 'D/x': winner('old', 'new'), '.syncignore': '\n' },
          copies: { 'D/x': [loser('old', 'new')] },
        },
      },
    ],
  },
  {
    id: 'G16',
    title: 'an ignored file in a deleted directory keeps only that directory',
    ignore: '*.part',
    base: { 'D/E/x': 'one', 'D/F/y': 'two', other: 'stays' },
    a: [remove('D')],
    b: [write('D/E/film.part', 'half')],
    expect: { onA: { other: 'stays' }, onB: { 'D/E/film.part': 'half', other: 'stays' } },
  },
  {
    id: 'G38',
    apart: LEFT_ALONE,
    title: 'a file that takes the place of a directory in which something is ignored becomes a copy beside it',
    ignore: '*.part',
    base: { 'D/x': 'one', other: 'stays' },
    a: [remove('D'), write('D', 'a file')],
    b: [write('D/film.part', 'half')],
    expect: {
      onA: { D: null, other: 'stays' },
      onB: { 'D/film.part': 'half', other: 'stays' },
      copies: { D: ['a file'] },
    },
  },
  {
    id: 'G17',
    title: 'an ignored directory of one side and a synced file of the same name of the other do not meet',
    ignore: 'X/',
    a: [makeDirectory('X'), write('X/y', 'for A alone'), write('f', 'for both')],
    expect: { onA: { 'X/y': 'for A alone', f: 'for both' }, onB: { f: 'for both' } },
  },
]
