// Group K: clocks, modification times and checksums.
import { type RemoteKind, type Story, seconds, touch, write } from '../story.ts'

const TIMES: readonly (readonly [string, bigint])[] = [
  ['the year 1901', seconds(-2_177_452_800)],
  ['one second before 1970', seconds(-1)],
  ['zero', 0n],
  ['the second after 2038', seconds(2_147_483_648)],
  ['the second after 2106', seconds(4_294_967_296)],
  ['the year 2400', seconds(13_569_465_600)],
  ['nanoseconds of the year 2400', seconds(13_569_465_600) + 123_456_789n],
  ['nanoseconds', 1_600_000_000_123_456_789n],
]

const withTime: readonly RemoteKind[] = ['directory', 'nextcloud', 'owncloud']

export const TIME_STORIES: readonly Story[] = [
  ...TIMES.flatMap(([name, time]): Story[] => [
    {
      id: 'K01',
      title: `${name} as modification time`,
      with: ['directory'],
      a: [write('f', 'content', time)],
      expect: { tree: { f: 'content' } },
    },
    {
      id: 'K01',
      title: `${name} as modification time, towards a server`,
      with: ['webdav', 'nextcloud', 'owncloud'],
      directions: ['forth'],
      a: [write('f', 'content', time)],
      expect: { tree: { f: 'content' } },
      ...(time > 0n ? {} : { timesDiffer: 'servers take a time before 1970 for none' }),
    },
    {
      id: 'K01',
      title: `a touch to ${name}`,
      with: ['directory'],
      base: { f: 'content' },
      directions: ['forth'],
      a: [touch('f', time)],
      expect: { tree: { f: 'content' }, transfers: 0 },
    },
  ]),
  {
    id: 'K01',
    title: 'odd times of a server are carried or left, and the content arrives',
    with: ['webdav', 'nextcloud', 'owncloud'],
    directions: ['back'],
    a: [
      write('zero', 'at zero', 0n),
      write('far', 'far in the future', seconds(13_569_465_600)),
      write('after', 'after 2038', seconds(2_147_483_648)),
    ],
    expect: { tree: { zero: 'at zero', far: 'far in the future', after: 'after 2038' } },
    timesDiffer: 'a server that says zero says nothing',
  },
  {
    id: 'K02',
    title: 'a time that the server changes without a new etag is no conflict',
    with: ['nextcloud', 'owncloud'],
    directions: ['forth'],
    base: { f: 'content' },
    before: ({ side }) => {
      const node = side.cloud?.tree.get('f')
      if (node !== undefined) node.mtime = 1_450_000_000
    },
    expect: { tree: { f: 'content' }, transfers: 0 },
    timesDiffer: 'nobody has told of it yet',
  },
  {
    id: 'K05',
    title: 'a server that sets its own times: a file goes back and forth once, not for ever',
    with: ['webdav'],
    base: { f: 'old' },
    rounds: [
      { a: [write('f', 'edited')], expect: { tree: { f: 'edited' }, transfers: 1 } },
      { b: [write('f', 'edited by B')], expect: { tree: { f: 'edited by B' }, transfers: 1 } },
    ],
  },
  {
    id: 'K06',
    title: 'all times bumped on one side, with the same content, transfers nothing',
    with: withTime,
    base: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `content ${i}`])),
    a: Array.from({ length: 60 }, (_, i) => touch(`f${i}`, seconds(1_500_000_000 + i))),
    expect: { transfers: 0 },
  },
  {
    id: 'K08',
    title: 'a file written again with the same bytes is no transfer',
    with: ['directory', 'owncloud', 'nextcloud'],
    directions: ['forth'],
    base: { f: 'same' },
    a: [write('f', 'same', seconds(1_500_000_000))],
    expect: { tree: { f: 'same' }, transfers: 0 },
  },
  {
    id: 'K08',
    title: 'with --checksum a rewrite of the same size and time is found by its content',
    with: ['directory', 'nextcloud'],
    directions: ['forth'],
    base: { f: 'content 1' },
    trust: 'content',
    a: [{ do: 'rewrite-unseen', path: 'f', text: 'content 2' }],
    expect: { tree: { f: 'content 2' } },
  },
]
