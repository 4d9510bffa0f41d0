// Group G, second part: what this device does not keep. A is always the device that chooses.
import { CLOUDS, EVERY_KIND, makeDirectory, move, remove, type Story, write } from '../story.ts'

const NOT_KEPT = 'what is deselected is not kept here'
const HERE = { apart: NOT_KEPT, with: EVERY_KIND, directions: ['forth'] } as const
/** Where the program can see that a directory was renamed on the other side. */
const SEES_RENAMES = { ...HERE, with: ['directory', 'nextcloud', 'owncloud'] } as const

const deselect = (...paths: string[]) => ({
  before: (stage: { choose(change: object): Promise<void> }) => stage.choose({ deselect: paths }),
})
const select = (...paths: string[]) => ({
  before: (stage: { choose(change: object): Promise<void> }) => stage.choose({ select: paths }),
})

export const SELECTION: readonly Story[] = [
  {
    ...HERE,
    id: 'G20',
    title: 'a deselected directory goes here and nowhere else, and comes back when it is selected',
    base: { 'docs/a': 'a', 'photos/x': 'x', 'photos/sub/y': 'y', 'photos/empty': null },
    rounds: [
      {
        ...deselect('photos'),
        expect: {
          onA: { 'docs/a': 'a' },
          onB: { 'docs/a': 'a', 'photos/x': 'x', 'photos/sub/y': 'y', 'photos/empty': null },
          trashOnA: ['x', 'y'],
          deleted: 0,
          transfers: 0,
          requests: { PUT: 0, DELETE: 0, MOVE: 0, MKCOL: 0, GET: 0 },
        },
      },
      {
        b: [write('photos/new', 'new'), write('photos/x', 'newer'), remove('photos/sub'), write('docs/b', 'b')],
        expect: {
          onA: { 'docs/a': 'a', 'docs/b': 'b' },
          onB: { 'docs/a': 'a', 'docs/b': 'b', 'photos/new': 'new', 'photos/x': 'newer', 'photos/empty': null },
          deleted: 0,
          transfers: 1,
        },
      },
      {
        ...select('photos'),
        expect: {
          tree: { 'docs/a': 'a', 'docs/b': 'b', 'photos/new': 'new', 'photos/x': 'newer', 'photos/empty': null },
          deleted: 0,
          transfers: 2,
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G21',
    title: 'what was not synced yet stays, is told of, and is merged when the directory is selected again',
    base: { 'photos/x': 'x', 'photos/y': 'y', 'photos/z': 'z', 'photos/gone': 'gone', 'photos/empty': null },
    rounds: [
      {
        a: [write('photos/x', 'edited'), write('photos/n', 'new'), remove('photos/gone')],
        b: [write('photos/z', 'edited there')],
        ...deselect('photos'),
        expect: {
          onA: { 'photos/x': 'edited', 'photos/n': 'new', 'photos/z': 'z' },
          onB: {
            'photos/x': 'x',
            'photos/y': 'y',
            'photos/z': 'edited there',
            'photos/gone': 'gone',
            'photos/empty': null,
          },
          trashOnA: ['y'],
          unsynced: { photos: 'not-kept' },
          deleted: 0,
          transfers: 0,
        },
      },
      {
        ...select('photos'),
        expect: {
          tree: {
            'photos/x': 'x',
            'photos/y': 'y',
            'photos/z': 'edited there',
            'photos/gone': 'gone',
            'photos/n': 'new',
            'photos/empty': null,
          },
          copies: { 'photos/x': ['edited'], 'photos/z': ['z'] },
          deleted: 0,
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G09',
    title: 'all directories deselected are no accident, and change nothing there',
    base: Object.fromEntries([...'abcdefghijklmnop'].map(name => [`${name < 'h' ? 'one' : 'two'}/${name}`, name])),
    ...deselect('one', 'two'),
    expect: {
      onA: {},
      onB: Object.fromEntries([...'abcdefghijklmnop'].map(name => [`${name < 'h' ? 'one' : 'two'}/${name}`, name])),
      deleted: 0,
      transfers: 0,
    },
  },
  {
    ...HERE,
    id: 'B42',
    title: 'what is deselected stays so when the directory it is in is renamed here',
    base: { 'docs/a': 'a', 'docs/big/x': 'x' },
    rounds: [
      { ...deselect('docs/big'), expect: { onA: { 'docs/a': 'a' }, deleted: 0 } },
      {
        a: [move('docs', 'papers')],
        runs: 2,
        expect: {
          onA: { 'papers/a': 'a' },
          onB: { 'papers/a': 'a', 'papers/big/x': 'x' },
          deleted: 0,
          transfers: 0,
        },
      },
      { ...select('papers/big'), expect: { tree: { 'papers/a': 'a', 'papers/big/x': 'x' }, transfers: 1 } },
    ],
  },
  {
    ...SEES_RENAMES,
    id: 'B42',
    title: 'what is deselected stays so when the directory it is in is renamed there',
    base: { 'docs/a': 'a', 'docs/big/x': 'x' },
    rounds: [
      { ...deselect('docs/big'), expect: { onA: { 'docs/a': 'a' }, deleted: 0 } },
      {
        b: [move('docs', 'papers')],
        runs: 2,
        expect: {
          onA: { 'papers/a': 'a' },
          onB: { 'papers/a': 'a', 'papers/big/x': 'x' },
          deleted: 0,
          transfers: 0,
        },
      },
      { ...select('papers/big'), expect: { tree: { 'papers/a': 'a', 'papers/big/x': 'x' }, transfers: 1 } },
    ],
  },
  {
    ...HERE,
    id: 'G22',
    title: 'what others move into a deselected directory goes here, what they move out of it comes',
    base: { 'docs/a': 'a', 'docs/stays': 's', 'photos/x': 'x', 'photos/y': 'y' },
    rounds: [
      { ...deselect('photos'), expect: { deleted: 0 } },
      {
        b: [move('docs/a', 'photos/a'), move('photos/x', 'docs/x')],
        expect: {
          onA: { 'docs/stays': 's', 'docs/x': 'x' },
          onB: { 'docs/stays': 's', 'docs/x': 'x', 'photos/a': 'a', 'photos/y': 'y' },
          trashOnA: ['a'],
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G23',
    title: 'a new directory here with the name of a deselected one stays here, and that is said',
    base: { 'docs/a': 'a', 'photos/x': 'x' },
    rounds: [
      { ...deselect('photos'), expect: { deleted: 0 } },
      {
        a: [makeDirectory('photos'), write('photos/x', 'another')],
        expect: {
          onA: { 'docs/a': 'a', 'photos/x': 'another' },
          onB: { 'docs/a': 'a', 'photos/x': 'x' },
          unsynced: { photos: 'not-kept' },
          deleted: 0,
          transfers: 0,
        },
      },
      {
        ...select('photos'),
        expect: { tree: { 'docs/a': 'a', 'photos/x': 'x' }, copies: { 'photos/x': ['another'] }, deleted: 0 },
      },
    ],
  },
  {
    ...HERE,
    id: 'G24',
    title: 'deleting the directory it is in here leaves what is deselected where it is there',
    base: { 'docs/a': 'a', 'docs/big/x': 'x', other: 'stays' },
    rounds: [
      { ...deselect('docs/big'), expect: { deleted: 0 } },
      {
        a: [remove('docs')],
        expect: {
          onA: { other: 'stays' },
          onB: { 'docs/big/x': 'x', other: 'stays' },
          unsynced: { docs: 'not-kept' },
        },
      },
      {
        b: [remove('docs/big')],
        expect: { tree: { other: 'stays' }, unsynced: {} },
      },
    ],
  },
  {
    ...HERE,
    id: 'G35',
    title:
      'a directory that was deleted here, but for what is deselected in it, is there again when something new comes in it',
    base: { 'docs/a': 'a', 'docs/big/x': 'x', 'docs/sub/y': 'y' },
    rounds: [
      { ...deselect('docs/big'), expect: { deleted: 0 } },
      // What others deleted in it meanwhile is settled, too.
      {
        a: [remove('docs')],
        b: [remove('docs/sub')],
        expect: { onA: {}, onB: { 'docs/big/x': 'x' }, unsynced: { docs: 'not-kept' } },
      },
      {
        b: [write('docs/new', 'new')],
        expect: {
          onA: { 'docs/new': 'new' },
          onB: { 'docs/new': 'new', 'docs/big/x': 'x' },
          unsynced: {},
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G36',
    title: 'a file that takes the place of a directory in which something is deselected becomes a copy beside it',
    base: { 'docs/a': 'a', 'docs/big/x': 'x' },
    rounds: [
      { ...deselect('docs/big'), expect: { deleted: 0 } },
      {
        a: [remove('docs'), write('docs', 'a file')],
        expect: { onA: { docs: null }, onB: { 'docs/big/x': 'x' }, copies: { docs: ['a file'] } },
      },
    ],
  },
  {
    ...HERE,
    id: 'G37',
    title: 'a file there in the place of a directory in which something stays here becomes a copy beside it',
    base: { 'docs/a': 'a', 'docs/big/x': 'x', other: 'stays' },
    rounds: [
      {
        a: [write('docs/big/x', 'edited')],
        ...deselect('docs/big'),
        expect: {
          onA: { 'docs/a': 'a', 'docs/big/x': 'edited', other: 'stays' },
          unsynced: { 'docs/big': 'not-kept' },
        },
      },
      {
        b: [remove('docs'), write('docs', 'a file')],
        expect: {
          onA: { 'docs/big/x': 'edited', other: 'stays' },
          onB: { docs: null, other: 'stays' },
          copies: { docs: ['a file'] },
          unsynced: { 'docs/big': 'not-kept' },
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G39',
    title: 'what is deselected keeps no directory any more that it was moved out of',
    base: { 'docs/a': 'a', 'docs/sub/big/x': 'x', 'docs/sub/y': 'y', other: 'stays' },
    rounds: [
      { ...deselect('docs/sub/big'), expect: { deleted: 0 } },
      {
        a: [move('docs/sub', 'sub'), remove('docs')],
        expect: {
          onA: { 'sub/y': 'y', other: 'stays' },
          onB: { 'sub/big/x': 'x', 'sub/y': 'y', other: 'stays' },
          unsynced: {},
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G25',
    title: 'deleting the directory it is in there deletes it here, but for what only this device has',
    base: { 'docs/a': 'a', 'docs/big/x': 'x', 'docs/big/y': 'y', other: 'stays' },
    rounds: [
      {
        a: [write('docs/big/y', 'edited')],
        ...deselect('docs/big'),
        expect: {
          onA: { 'docs/a': 'a', 'docs/big/y': 'edited', other: 'stays' },
          unsynced: { 'docs/big': 'not-kept' },
        },
      },
      {
        b: [remove('docs')],
        expect: {
          onA: { 'docs/big/y': 'edited', other: 'stays' },
          onB: { other: 'stays' },
          unsynced: { 'docs/big': 'not-kept' },
        },
      },
    ],
  },
  {
    ...HERE,
    id: 'G26',
    title: 'junk goes with a deselected directory; what is ignored stays, and is nobody’s concern',
    base: { 'photos/x': 'x', 'photos/sub/y': 'y', other: 'stays' },
    ignore: '*.keep',
    a: [write('photos/.DS_Store', 'junk'), write('photos/sub/a.keep', 'ignored')],
    ...deselect('photos'),
    expect: {
      onA: { 'photos/.DS_Store': 'junk', 'photos/sub/a.keep': 'ignored', other: 'stays' },
      onB: { 'photos/x': 'x', 'photos/sub/y': 'y', other: 'stays' },
      deleted: 0,
    },
  },
  {
    ...HERE,
    id: 'G27',
    title: 'junk alone keeps no deselected directory',
    base: { 'photos/sub/y': 'y', other: 'stays' },
    a: [write('photos/sub/.DS_Store', 'junk')],
    ...deselect('photos'),
    expect: { onA: { other: 'stays' }, onB: { 'photos/sub/y': 'y', other: 'stays' }, deleted: 0 },
  },
  {
    ...HERE,
    id: 'G28',
    title: 'what somebody writes while its directory is let go of stays',
    base: { 'photos/x': 'x', 'photos/y': 'y' },
    meanwhile: [{ on: 'a', at: 'commit', path: 'photos/x', a: [write('photos/x', 'at the last instant')] }],
    ...deselect('photos'),
    expect: {
      onA: { 'photos/x': 'at the last instant' },
      onB: { 'photos/x': 'x', 'photos/y': 'y' },
      unsynced: { photos: 'not-kept' },
      deleted: 0,
    },
  },
  {
    ...HERE,
    id: 'G29',
    title: 'deselected before it ever came, a directory never comes',
    base: { other: 'stays' },
    b: [write('photos/x', 'x'), write('photos/sub/y', 'y')],
    ...deselect('photos'),
    expect: {
      onA: { other: 'stays' },
      onB: { other: 'stays', 'photos/x': 'x', 'photos/sub/y': 'y' },
      transfers: 0,
    },
  },
  {
    ...HERE,
    id: 'G30',
    title: 'with the index its clearing is lost, and what is deselected neither comes back nor is deleted there',
    base: { 'docs/a': 'a', 'photos/x': 'x' },
    rounds: [
      { ...deselect('photos'), expect: { onA: { 'docs/a': 'a' } } },
      {
        before: stage => stage.loseIndex(),
        runs: 2,
        expect: { onA: { 'docs/a': 'a' }, onB: { 'docs/a': 'a', 'photos/x': 'x' }, deleted: 0, transfers: 0 },
      },
    ],
  },
  {
    ...HERE,
    with: CLOUDS,
    id: 'G31',
    title: 'where the other side cannot list all of a deselected directory, it waits, and nothing happens in it',
    base: { 'docs/a': 'a', 'photos/x': 'x', 'photos/sub/y': 'y' },
    rounds: [
      {
        a: [remove('photos/x')],
        b: [write('photos/new', 'new'), write('photos/sub/z', 'z')],
        ...deselect('photos'),
        faults: [{ method: 'PROPFIND', path: 'photos/sub', act: { do: 'reply', reply: { status: 503, body: '' } } }],
        expect: {
          onA: { 'docs/a': 'a', 'photos/sub/y': 'y' },
          onB: { 'docs/a': 'a', 'photos/x': 'x', 'photos/sub/y': 'y', 'photos/sub/z': 'z', 'photos/new': 'new' },
          unsynced: { photos: 'not-kept' },
          unsyncedBelow: 'photos',
          deleted: 0,
          transfers: 0,
        },
      },
      {
        before: stage => stage.letTimePass(3_600_000),
        expect: {
          onA: { 'docs/a': 'a' },
          onB: { 'docs/a': 'a', 'photos/x': 'x', 'photos/sub/y': 'y', 'photos/sub/z': 'z', 'photos/new': 'new' },
          deleted: 0,
          transfers: 0,
        },
      },
    ],
  },
  {
    ...SEES_RENAMES,
    id: 'G32',
    title:
      'a deselected directory that is renamed there stays so under its new name, and comes under that when it is selected',
    base: { 'docs/a': 'a', 'photos/x': 'x', 'photos/sub/y': 'y' },
    rounds: [
      { ...deselect('photos'), expect: { onA: { 'docs/a': 'a' }, deleted: 0 } },
      {
        b: [move('photos', 'docs/pictures')],
        expect: {
          onA: { 'docs/a': 'a' },
          onB: { 'docs/a': 'a', 'docs/pictures/x': 'x', 'docs/pictures/sub/y': 'y' },
          deleted: 0,
          transfers: 0,
        },
      },
      {
        b: [
          move('docs/pictures', 'pictures'),
          write('pictures/new', 'new'),
          write('photos/other', 'another directory'),
        ],
        expect: {
          onA: { 'docs/a': 'a', 'photos/other': 'another directory' },
          onB: {
            'docs/a': 'a',
            'pictures/x': 'x',
            'pictures/new': 'new',
            'pictures/sub/y': 'y',
            'photos/other': 'another directory',
          },
          deleted: 0,
          transfers: 1,
        },
      },
      {
        ...select('pictures'),
        expect: {
          tree: {
            'docs/a': 'a',
            'pictures/x': 'x',
            'pictures/new': 'new',
            'pictures/sub/y': 'y',
            'photos/other': 'another directory',
          },
          deleted: 0,
          transfers: 3,
        },
      },
    ],
  },
  {
    ...SEES_RENAMES,
    id: 'G33',
    title: 'what stays here of a deselected directory that is renamed there stays, unsynced, under the old name',
    base: { 'docs/a': 'a', 'photos/x': 'x', 'photos/y': 'y' },
    rounds: [
      {
        a: [write('photos/x', 'edited')],
        ...deselect('photos'),
        expect: { onA: { 'docs/a': 'a', 'photos/x': 'edited' }, unsynced: { photos: 'not-kept' } },
      },
      {
        b: [move('photos', 'pictures')],
        expect: {
          onA: { 'docs/a': 'a', 'photos/x': 'edited' },
          onB: { 'docs/a': 'a', 'pictures/x': 'x', 'pictures/y': 'y' },
          unsynced: { photos: 'not-kept' },
          deleted: 0,
          transfers: 0,
        },
      },
    ],
  },
  {
    ...HERE,
    with: ['webdav'],
    id: 'G34',
    title: 'where nothing tells that a deselected directory was renamed, it is a new one, and comes',
    base: { 'docs/a': 'a', 'photos/x': 'x' },
    rounds: [
      { ...deselect('photos'), expect: { onA: { 'docs/a': 'a' }, deleted: 0 } },
      {
        b: [move('photos', 'pictures')],
        expect: { tree: { 'docs/a': 'a', 'pictures/x': 'x' }, deleted: 0, transfers: 1 },
      },
    ],
  },
]
