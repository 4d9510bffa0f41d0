// Group J: files change while the program is at work on them. What it finds is what it saw, or it looks again.
import { loser, move, remove, rewriteUnseen, type Story, winner, write } from '../story.ts'

const BIG = 'big '.repeat(300_000)

export const CHANGING: readonly Story[] = [
  {
    id: 'J01',
    title: 'a file that changes while it is sent arrives whole, as one of its versions, and then as the last',
    rounds: [
      { a: [write('f', BIG)], meanwhile: [{ on: 'b', at: 'commit', path: 'f', a: [write('f', `changed ${BIG}`)] }] },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { f: `changed ${BIG}` } } },
    ],
  },
  {
    id: 'J01',
    title: 'a file that changes right before it is read arrives as it is then',
    base: { f: 'old', other: 'stays' },
    rounds: [
      { a: [write('f', 'edited')], meanwhile: [{ on: 'a', at: 'read', path: 'f', a: [write('f', 'edited again')] }] },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { f: 'edited again', other: 'stays' } } },
    ],
  },
  {
    id: 'J02',
    title: 'a file edited on the side that is about to receive another version: both contents stay',
    base: { f: 'old', other: 'stays' },
    rounds: [
      {
        a: [write('f', 'edited on A')],
        meanwhile: [{ on: 'b', at: 'stage', path: 'f', b: [write('f', 'B has edited meanwhile')] }],
      },
      {
        expect: {
          tree: { f: winner('edited on A', 'B has edited meanwhile'), other: 'stays' },
          copies: { f: [loser('edited on A', 'B has edited meanwhile')] },
        },
      },
    ],
  },
  {
    id: 'J02',
    title: 'a file made on the side that is about to receive a new one of that name: both contents stay',
    base: { other: 'stays' },
    rounds: [
      {
        a: [write('f', 'made on A')],
        meanwhile: [{ on: 'b', at: 'stage', path: 'f', b: [write('f', 'B has made meanwhile')] }],
      },
      {
        expect: {
          tree: { f: winner('made on A', 'B has made meanwhile'), other: 'stays' },
          copies: { f: [loser('made on A', 'B has made meanwhile')] },
        },
      },
    ],
  },
  {
    id: 'J03',
    title: 'a file deleted while it is sent is gone on both sides in the end',
    base: { other: 'stays' },
    rounds: [
      { a: [write('f', 'short-lived')], meanwhile: [{ on: 'a', at: 'read', path: 'f', a: [remove('f')] }] },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { other: 'stays' } } },
    ],
  },
  {
    id: 'J03',
    title: 'a file edited right before it would be deleted lives on',
    base: { f: 'old', other: 'stays' },
    rounds: [
      {
        a: [remove('f')],
        meanwhile: [{ on: 'b', at: 'commit', path: 'f', b: [write('f', 'edited in the last moment')] }],
      },
      { expect: { tree: { f: 'edited in the last moment', other: 'stays' } } },
    ],
  },
  {
    id: 'J04',
    title: 'a file that is replaced while it is fetched is fetched anew',
    rounds: [
      {
        a: [write('f', BIG)],
        meanwhile: [{ on: 'a', at: 'read', path: 'f', a: [remove('f'), write('f', `new ${BIG}`)] }],
      },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { f: `new ${BIG}` } } },
    ],
  },
  {
    id: 'J05',
    title: 'a file renamed right before it is read arrives under its new name',
    base: { other: 'stays' },
    rounds: [
      { a: [write('f', 'content')], meanwhile: [{ on: 'a', at: 'read', path: 'f', a: [move('f', 'g')] }] },
      { before: stage => stage.letTimePass(3_600_000), expect: { tree: { g: 'content', other: 'stays' } } },
    ],
  },
  {
    id: 'J06',
    title: 'fifty files made during a run are there after the next one',
    base: { f: 'old' },
    rounds: [
      {
        a: [write('f', 'edited')],
        meanwhile: [
          {
            on: 'b',
            at: 'commit',
            a: Array.from({ length: 50 }, (_, i) => write(`new${i}`, `made during the run ${i}`)),
          },
        ],
      },
      {
        after: stage => {
          if (stage.local.list().size !== 51) throw new Error('some are missing')
        },
      },
    ],
  },
  {
    id: 'J10',
    title: 'both sides write the same file again and again: they end equal',
    base: { f: 'old' },
    rounds: Array.from({ length: 3 }, (_, i) => ({
      a: [write('f', `A writes ${i}`)],
      b: [write('f', `B has written ${i}`)],
    })),
  },
  {
    id: 'J11',
    title: 'a rewrite of the same size and time is seen',
    with: ['directory', 'nextcloud', 'owncloud'],
    base: { 'sheet.xls': 'numbers 1', other: 'stays' },
    a: [rewriteUnseen('sheet.xls', 'numbers 2')],
    expect: { tree: { 'sheet.xls': 'numbers 2', other: 'stays' } },
  },
  {
    id: 'J11',
    title: 'a rewrite here of the same size and time is seen on a plain server',
    with: ['webdav'],
    directions: ['forth'],
    base: { 'sheet.xls': 'numbers 1', other: 'stays' },
    a: [rewriteUnseen('sheet.xls', 'numbers 2')],
    expect: { tree: { 'sheet.xls': 'numbers 2', other: 'stays' } },
  },
]
