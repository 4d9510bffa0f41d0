// Group I: transfers are cut, servers fail and lie. Nothing is deleted on the word of a server that could not answer.

import type { FaultAct, FaultRule } from '../../fakes/owncloud/faults.ts'
import { htmlLoginPage, otherBytes, truncated, withHeaders, withoutProperty } from '../../fakes/owncloud/faults.ts'
import { CLOUDS, type Expected, move, remove, SERVERS, type Story, write } from '../story.ts'

const HERE = { with: SERVERS, directions: ['forth'] } as const
const THERE = { with: SERVERS, directions: ['back'] } as const
const BASE = { a: 'one', 'D/x': 'two', 'D/sub/y': 'three', other: 'stays' }
const BIG = 'big '.repeat(300_000)
const HUGE = 'huge!'.repeat(3_000_000)

const answers = (status: number, body = ''): FaultAct => ({ do: 'reply', reply: { status, body } })
const ofSub = (act: FaultAct, times?: number): FaultRule => ({
  method: 'PROPFIND',
  path: 'D/sub',
  act,
  ...(times === undefined ? {} : { times }),
})
const ofRoot = (act: FaultAct): FaultRule => ({ method: 'PROPFIND', path: '', act })

/** The collection D/sub could not be listed: nothing below it happens, everything else does. */
const SUBTREE_UNTOUCHED: Expected = {
  onA: { a: 'edited', 'D/x': 'two', 'D/sub/y': 'three', 'D/sub/new': 'mine', other: 'stays' },
  onB: { a: 'edited', 'D/x': 'two', 'D/sub/y': 'three', other: 'stays' },
  deleted: 0,
}

const LISTING_FAULTS: readonly (readonly [string, FaultAct])[] = [
  ['503', answers(503)],
  ['500', answers(500)],
  ['403', answers(403)],
  ['a login page instead of XML', { do: 'reply', reply: htmlLoginPage() }],
  ['200 instead of 207', { do: 'edit', edit: reply => ({ ...reply, status: 200 }) }],
  ['truncated XML', { do: 'edit', edit: truncated(300) }],
  ['XML that is none', answers(207, '<a><b></a>')],
]

export const FAILURES: readonly Story[] = [
  {
    id: 'I01',
    ...THERE,
    title: 'a download that is cut goes on in the next run, where it was cut',
    base: { other: 'stays' },
    timesDiffer: 'the story is about bytes',
    rounds: [
      { a: [write('big', BIG)], faults: [{ method: 'GET', path: 'big', act: { do: 'cut-reply', bytes: 700_000 } }] },
      {
        before: stage => stage.letTimePass(3_600_000),
        expect: { tree: { big: BIG, other: 'stays' } },
      },
    ],
  },
  {
    id: 'I02',
    ...THERE,
    title: 'a download that is cut, of a file that then changes, mixes no content',
    base: { other: 'stays' },
    rounds: [
      { a: [write('big', BIG)], faults: [{ method: 'GET', path: 'big', act: { do: 'cut-reply', bytes: 700_000 } }] },
      {
        a: [write('big', `other ${BIG}`)],
        before: stage => stage.letTimePass(3_600_000),
        expect: { tree: { big: `other ${BIG}`, other: 'stays' } },
      },
    ],
  },
  {
    id: 'I03',
    with: CLOUDS,
    directions: ['back'],
    title: 'a server that refuses to resume is asked for the whole',
    base: { other: 'stays' },
    rounds: [
      { a: [write('big', BIG)], faults: [{ method: 'GET', path: 'big', act: { do: 'cut-reply', bytes: 700_000 } }] },
      {
        faults: [{ method: 'GET', path: 'big', times: 1, act: answers(416) }],
        before: stage => stage.letTimePass(3_600_000),
        runs: 2,
      },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { big: BIG, other: 'stays' } } },
    ],
  },
  {
    id: 'I07',
    with: CLOUDS,
    directions: ['forth'],
    title: 'a cut upload in chunks goes on in the next run, where it was cut',
    server: { maxChunkSize: 5_000_000 },
    base: { other: 'stays' },
    rounds: [
      {
        a: [write('huge', HUGE)],
        faults: [{ method: 'PUT', path: /uploads\/alice\/.*\/0*(2|5000000|10000000)$/, act: answers(500) }],
      },
      {
        before: stage => stage.letTimePass(3_600_000),
        expect: { tree: { huge: HUGE, other: 'stays' } },
        after: ({ side }) => {
          const sent = side.server?.requests
            .filter(({ method }) => method === 'PUT')
            .reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)
          if (sent === undefined || sent > 10_000_000) throw new Error(`${sent} bytes were sent again`)
        },
      },
    ],
  },
  {
    id: 'I04',
    with: CLOUDS,
    directions: ['forth'],
    title: 'an upload whose session the server forgot begins anew',
    server: { maxChunkSize: 5_000_000 },
    a: [write('huge', HUGE)],
    faults: [{ method: 'PUT', path: /uploads\/alice\/.*\/0*(2|5000000|10000000)$/, times: 1, act: answers(404) }],
    expect: { tree: { huge: HUGE } },
    after: stage => stage.side.cloud?.account('alice').uploads.clear(),
  },
  {
    id: 'I08',
    ...HERE,
    title: 'an error on one file: others sync, the file waits, and is tried at once when it changes',
    rounds: [
      {
        a: [write('bad', 'first'), write('good', 'goes')],
        faults: [
          { method: 'PUT', path: 'bad', act: answers(500) },
          { method: 'POST', act: answers(500) },
        ],
        expect: { onA: { bad: 'first', good: 'goes' }, onB: { good: 'goes' }, unsynced: { bad: /./ } },
      },
      {
        expect: { onB: { good: 'goes' }, unsynced: { bad: /./ }, requests: { PUT: 0, POST: 0 } },
      },
      { a: [write('bad', 'changed')], expect: { tree: { bad: 'changed', good: 'goes' } } },
    ],
  },
  {
    id: 'I08',
    ...HERE,
    title: 'an error on one file is over when the time has come',
    rounds: [
      {
        a: [write('bad', 'first'), write('good', 'goes')],
        faults: [
          { method: 'PUT', path: 'bad', act: answers(500) },
          { method: 'POST', act: answers(500) },
        ],
      },
      { before: stage => stage.letTimePass(60_000), expect: { tree: { bad: 'first', good: 'goes' } } },
    ],
  },
  {
    id: 'I09',
    with: CLOUDS,
    directions: ['forth'],
    title: 'a server in maintenance ends the run, and nothing is deleted',
    base: BASE,
    rounds: [
      {
        a: [remove('a'), write('new', 'mine')],
        before: ({ side }) => {
          if (side.cloud !== undefined) side.cloud.maintenance = true
        },
        expect: { error: 'maintenance', status: 3, onB: BASE, requests: { DELETE: 0, PUT: 0 } },
        after: ({ side }) => {
          if (side.cloud !== undefined) side.cloud.maintenance = false
        },
      },
      { expect: { tree: { 'D/x': 'two', 'D/sub/y': 'three', other: 'stays', new: 'mine' } } },
    ],
  },
  ...LISTING_FAULTS.map(
    ([name, act]): Story => ({
      id: 'I10',
      ...HERE,
      title: `${name} for a sub-collection: it is left untouched, the rest goes on`,
      base: BASE,
      rounds: [
        {
          a: [write('a', 'edited'), write('D/sub/new', 'mine')],
          before: ({ side }) => side.cloud?.tree.touchEtag('D/sub'),
          faults: [ofSub(act)],
          expect: { ...SUBTREE_UNTOUCHED, unsynced: { 'D/sub': /./ }, unsyncedBelow: 'D/sub' },
        },
        {
          before: stage => stage.letTimePass(3_600_000),
          expect: { tree: { ...BASE, a: 'edited', 'D/sub/new': 'mine' } },
        },
      ],
    }),
  ),
  ...LISTING_FAULTS.map(
    ([name, act]): Story => ({
      id: 'I10',
      ...HERE,
      title: `${name} for the root: the run ends, nothing is deleted`,
      base: BASE,
      rounds: [
        {
          a: [remove('a')],
          faults: [ofRoot(act)],
          expect: { onB: BASE, status: 3, error: /./ },
        },
        {
          before: stage => stage.letTimePass(3_600_000),
          expect: { tree: { 'D/x': 'two', 'D/sub/y': 'three', other: 'stays' } },
        },
      ],
    }),
  ),
  {
    id: 'I11',
    with: CLOUDS,
    directions: ['forth'],
    title: 'an entry without an etag is a fault of that entry alone',
    base: { f: 'one', g: 'two' },
    rounds: [
      {
        a: [write('new', 'mine')],
        before: ({ side }) => side.cloud?.tree.touchEtag('f'),
        faults: [{ method: 'PROPFIND', act: { do: 'edit', edit: withoutProperty('d:getetag', '/f') } }],
        expect: {
          onA: { f: 'one', g: 'two', new: 'mine' },
          onB: { f: 'one', g: 'two', new: 'mine' },
          unsynced: { f: /./ },
        },
      },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { f: 'one', g: 'two', new: 'mine' } } },
    ],
  },
  {
    id: 'I12',
    with: CLOUDS,
    directions: ['forth'],
    title: 'external storage that is not available is not deleted here',
    base: { 'M/x': 'mounted', own: 'mine' },
    rounds: [
      {
        before: ({ side }) => {
          side.cloud?.tree.touchEtag('M')
          side.cloud?.tree.setUnavailable('M', true)
        },
        a: [write('own', 'edited')],
        expect: { onA: { 'M/x': 'mounted', own: 'edited' }, unsynced: { M: /./ } },
        after: ({ side }) => side.cloud?.tree.setUnavailable('M', false),
      },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { 'M/x': 'mounted', own: 'edited' } } },
    ],
  },
  {
    id: 'I13',
    ...HERE,
    title: 'no room for a big file: small ones are still sent',
    before: ({ side }) => {
      const tree = side.cloud?.tree ?? side.plain?.tree
      if (tree !== undefined) tree.quota = 1000
    },
    a: [write('a-big', 'x'.repeat(5000)), write('small', 'fits')],
    expect: {
      onA: { 'a-big': 'x'.repeat(5000), small: 'fits' },
      onB: { small: 'fits' },
      unsynced: { 'a-big': 'quota-exceeded' },
    },
  },
  ...(['PUT', 'DELETE', 'MOVE'] as const).map(
    (method): Story => ({
      id: 'I14',
      ...HERE,
      title: `423 on a ${method}: it is tried again later`,
      base: { f: 'old', g: 'goes', h: 'moves' },
      rounds: [
        {
          a: [write('f', 'edited'), remove('g'), move('h', 'i')],
          faults: [
            { method, act: answers(423) },
            { method: 'POST', act: answers(423) },
          ],
        },
        { before: stage => stage.letTimePass(3_600_000), expect: { tree: { f: 'edited', i: 'moves' } } },
      ],
    }),
  ),
  {
    id: 'I14',
    ...HERE,
    title: 'a delete that was refused is not done after the user has restored the file',
    base: { f: 'old', g: 'stays' },
    rounds: [
      { a: [remove('f')], faults: [{ method: 'DELETE', act: answers(423) }] },
      {
        a: [write('f', 'restored')],
        before: stage => stage.letTimePass(3_600_000),
        expect: { tree: { f: 'restored', g: 'stays' }, deleted: 0 },
      },
    ],
  },
  {
    id: 'I16',
    with: CLOUDS,
    directions: ['forth'],
    title: 'the file changes on the server right before the PUT: 412, then a conflict, no overwrite',
    base: { f: 'old', g: 'stays' },
    a: [write('f', 'mine')],
    meanwhile: [{ on: 'b', at: 'commit', path: 'f', b: [write('f', 'theirs, later')] }],
    expect: { tree: { f: 'theirs, later', g: 'stays' }, copies: { f: ['mine'] } },
  },
  {
    id: 'I17',
    ...HERE,
    title: 'the reply to a PUT is lost: no conflict and no second file',
    base: { f: 'old', g: 'stays' },
    a: [write('f', 'mine'), write('new', 'mine too')],
    faults: [
      { method: 'PUT', path: /\/(f|new)$/, times: 2, act: { do: 'lose-reply' } },
      { method: 'POST', times: 1, act: { do: 'lose-reply' } },
    ],
    runs: 2,
    expect: { tree: { f: 'mine', g: 'stays', new: 'mine too' } },
  },
  {
    id: 'I17',
    ...HERE,
    title: 'the replies to MOVE, MKCOL and DELETE are lost: they are done all the same',
    base: { f: 'moves', g: 'goes', other: 'stays' },
    a: [move('f', 'f2'), remove('g'), write('D/new', 'in a new directory')],
    faults: ['MOVE', 'MKCOL', 'DELETE'].map(method => ({
      method,
      path: /^(?!.*syncline-probe)/,
      times: 1,
      act: { do: 'lose-reply' },
    })),
    runs: 2,
    expect: { tree: { f2: 'moves', 'D/new': 'in a new directory', other: 'stays' } },
  },
  {
    id: 'I18',
    with: ['owncloud'],
    directions: ['back'],
    title: 'a download whose bytes are not those of its checksum is not taken',
    base: { other: 'stays' },
    rounds: [
      {
        before: ({ side }) =>
          side.cloud?.tree.put('f', 'the right bytes', { sums: ['SHA1:6ec7d1f8b0ba1c5e4ae9eb7f5a3ff1c4d6d7f3a1'] }),
        expect: { onB: { other: 'stays' }, unsynced: { f: 'corrupt' } },
      },
      { a: [write('f', 'written again')], expect: { tree: { f: 'written again', other: 'stays' } } },
    ],
  },
  {
    id: 'I18',
    with: CLOUDS,
    directions: ['back'],
    title: 'a checksum of an unknown kind is no matter',
    before: ({ side }) => side.cloud?.tree.put('f', 'bytes', { sums: ['XXH9:0123'] }),
    expect: { tree: { f: 'bytes' } },
  },
  {
    id: 'I18',
    with: CLOUDS,
    directions: ['back'],
    title: 'other bytes than those of the checksum in the header are not taken',
    a: [write('other', 'good')],
    before: ({ side }) => side.cloud?.tree.put('f', 'bytes', { sums: ['MD5:4b3a6218bb3e3a7303e8a171a60fcf92'] }),
    faults: [{ method: 'GET', path: 'f', act: { do: 'edit', edit: otherBytes() } }],
    expect: { onB: { other: 'good' }, unsynced: { f: 'corrupt' } },
  },
  {
    id: 'I21',
    with: CLOUDS,
    directions: ['back'],
    title: 'a directory in which something could not be fetched is looked at again',
    base: { 'D/g': 'easy', other: 'stays' },
    rounds: [
      {
        // Alone: our own host is asked for several files together.
        a: [write('D/f', 'hard to get')],
        faults: [{ method: 'GET', path: 'D/f', act: answers(500) }],
        expect: { unsynced: { 'D/f': /./ } },
      },
      {
        before: stage => stage.letTimePass(3_600_000),
        expect: { tree: { 'D/f': 'hard to get', 'D/g': 'easy', other: 'stays' } },
      },
    ],
  },
  {
    id: 'I22',
    with: CLOUDS,
    directions: ['forth'],
    title: 'credentials that are refused end the run, and nothing is deleted',
    base: BASE,
    rounds: [
      {
        a: [remove('a')],
        before: ({ side }) => side.cloud?.setPassword('alice', 'another'),
        expect: { error: 'unauthorized', status: 3, onB: BASE },
        after: ({ side }) => side.cloud?.setPassword('alice', 'secret'),
      },
      { expect: { tree: { 'D/x': 'two', 'D/sub/y': 'three', other: 'stays' } } },
    ],
  },
  {
    id: 'I23',
    ...THERE,
    title: 'a login page instead of a file is not taken for its content',
    base: { other: 'stays' },
    rounds: [
      {
        a: [write('f', 'the real content')],
        faults: [{ method: 'GET', path: 'f', act: { do: 'reply', reply: htmlLoginPage() } }],
        expect: { onB: { other: 'stays' }, unsynced: { f: /./ } },
      },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { f: 'the real content', other: 'stays' } } },
    ],
  },
  {
    id: 'I24',
    ...HERE,
    title: 'a redirect to another host is not followed',
    base: BASE,
    rounds: [
      {
        a: [remove('a')],
        faults: [
          {
            method: 'PROPFIND',
            act: { do: 'reply', reply: { status: 301, headers: { Location: 'http://elsewhere.example/' } } },
          },
        ],
        expect: { onB: BASE, status: 3, error: /./ },
      },
      { expect: { tree: { 'D/x': 'two', 'D/sub/y': 'three', other: 'stays' } } },
    ],
  },
  {
    id: 'I28',
    with: CLOUDS,
    directions: ['forth'],
    title: 'a server without a Date header is a server like others',
    base: { f: 'old' },
    faults: [{ act: { do: 'edit', edit: withHeaders({ Date: undefined }) } }],
    a: [write('f', 'new')],
    expect: { tree: { f: 'new' } },
  },
  {
    id: 'I29',
    title: 'a second run at the same time is refused',
    directions: ['forth'],
    with: ['directory'],
    base: { f: 'old' },
    before: async stage => {
      await stage.withIndex(async () => {
        const { error } = await stage.run()
        if (error?.code !== 'folder-locked') throw new Error(`not refused: ${error?.code}`)
      })
    },
    expect: { tree: { f: 'old' } },
  },
]
