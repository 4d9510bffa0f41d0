// Group A: what everybody does all day.
import { copy, makeDirectory, move, remove, type Story, seconds, touch, write } from '../story.ts'

const LONG = 'long '.repeat(300_000)

export const BASICS: readonly Story[] = [
  {
    id: 'A01',
    title: 'a new file comes over with its bytes and its time',
    a: [write('f', 'new', seconds(1_500_000_000))],
    expect: { tree: { f: 'new' }, transfers: 1 },
  },
  {
    id: 'A02',
    title: 'a new empty directory comes over',
    a: [makeDirectory('D')],
    expect: { tree: { D: null }, transfers: 0 },
  },
  {
    id: 'A03',
    title: 'a new tree comes over',
    a: [write('D/E/f', 'deep'), write('D/g', 'shallow'), makeDirectory('D/empty')],
    expect: { tree: { 'D/E/f': 'deep', 'D/g': 'shallow', 'D/empty': null }, transfers: 2 },
  },
  {
    id: 'A04',
    title: 'a deleted file goes on the other side, into its trash',
    base: { f: 'old', g: 'stays' },
    a: [remove('f')],
    expect: { tree: { g: 'stays' }, trashOnB: ['old'], transfers: 0, deleted: 1 },
  },
  {
    id: 'A05',
    title: 'an appended file comes over',
    base: { f: 'one' },
    a: [write('f', 'one two')],
    expect: { tree: { f: 'one two' }, transfers: 1 },
  },
  {
    id: 'A06',
    title: 'a file cut to nothing is an empty file, not a missing one',
    base: { f: 'full' },
    a: [write('f', '')],
    expect: { tree: { f: '' } },
  },
  {
    id: 'A08',
    title: 'files of 0 and 1 byte, of a block, one less and one more are identical',
    a: [
      write('zero', ''),
      write('one', '1'),
      write('less', 'l'.repeat(131_071)),
      write('block', 'b'.repeat(131_072)),
      write('more', 'm'.repeat(131_073)),
      write('long', LONG),
    ],
    expect: {
      tree: {
        zero: '',
        one: '1',
        less: 'l'.repeat(131_071),
        block: 'b'.repeat(131_072),
        more: 'm'.repeat(131_073),
        long: LONG,
      },
    },
  },
  {
    id: 'A09',
    title: 'an idle pair costs one request where etags are recursive',
    with: ['nextcloud', 'owncloud'],
    base: { f: 'one', 'D/g': 'two', 'D/E/h': 'three' },
    expect: {
      tree: { f: 'one', 'D/g': 'two', 'D/E/h': 'three' },
      transfers: 0,
      requests: { any: 1, PROPFIND: 1 },
      requestsBack: { any: 1 },
    },
  },
  {
    id: 'A09',
    title: 'an idle pair costs one request for each directory where they are not',
    with: ['webdav'],
    base: { f: 'one', 'D/g': 'two', 'D/E/h': 'three' },
    expect: {
      tree: { f: 'one', 'D/g': 'two', 'D/E/h': 'three' },
      requests: { PROPFIND: 4, any: 4 },
      requestsBack: { GET: 0, PUT: 0 },
    },
  },
  {
    id: 'A10',
    title: 'a file made, deleted and made again is there with its last content',
    a: [write('f', 'first'), remove('f'), write('f', 'last')],
    expect: { tree: { f: 'last' }, transfers: 1 },
  },
  {
    id: 'A10',
    title: 'the same over a file that was there',
    base: { f: 'old' },
    a: [remove('f'), write('f', 'first'), remove('f'), write('f', 'last')],
    expect: { tree: { f: 'last' }, transfers: 1 },
  },
  {
    id: 'A11',
    title: 'a touch moves no byte and keeps no revision',
    with: ['directory', 'nextcloud', 'owncloud'],
    base: { f: 'same' },
    a: [touch('f', seconds(1_400_000_000))],
    expect: {
      tree: { f: 'same' },
      transfers: 0,
      bytes: 0,
      requests: { PUT: 0, GET: 0, PROPPATCH: 1 },
      requestsBack: { PUT: 0, PROPPATCH: 0 },
    },
    after: stage => {
      if (stage.local.kept().length > 0) throw new Error('a revision was kept')
    },
  },
  {
    id: 'A11',
    title: 'a touch here moves no byte to a server that sets its own times',
    with: ['webdav'],
    directions: ['forth'],
    base: { f: 'same' },
    a: [touch('f', seconds(1_400_000_000))],
    expect: { tree: { f: 'same' }, transfers: 0, requests: { PUT: 0, GET: 0 } },
  },
  {
    id: 'A13',
    title: 'a file into an empty directory, a full directory emptied, an empty directory deleted',
    base: { Empty: null, 'Full/f': 'one', Gone: null },
    a: [write('Empty/new', 'two'), remove('Full/f'), remove('Gone')],
    expect: { tree: { 'Empty/new': 'two', Full: null } },
  },
  {
    id: 'A14',
    title: 'of many files those that are new come over, and no other',
    base: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`D${i % 3}/old${i}`, `old ${i}`])),
    a: Array.from({ length: 15 }, (_, i) => write(`D${i % 4}/new${i}`, `new ${i} `.repeat(10 ** (i % 4)))),
    expect: { transfers: 15 },
  },
  {
    id: 'A15',
    with: ['directory', 'nextcloud'],
    directions: ['forth'],
    title: 'two hundred levels of directories come over',
    a: [write(`${'d/'.repeat(200)}f`, 'deep')],
    expect: { tree: { [`${'d/'.repeat(200)}f`]: 'deep' } },
  },
  {
    id: 'A16',
    title: 'a copy beside its original is a file of its own',
    base: { f: 'one' },
    a: [copy('f', 'g'), move('f', 'h')],
    expect: { tree: { g: 'one', h: 'one' } },
  },
]
