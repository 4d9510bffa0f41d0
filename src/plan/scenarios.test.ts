// What happened on both sides, the steps that are planned for it, and the tree that both have in the end.
import { describe, expect, it } from 'vitest'
import { agreedOn, happens, make, path, planned, settled } from './testing/stories.ts'

interface Story {
  readonly is: string
  readonly agreed: readonly string[]
  readonly when: readonly string[]
  /** Of all passes; left out where the trees say enough. */
  readonly steps?: readonly string[]
  readonly tree: readonly string[]
}

const MOVES: Story[] = [
  {
    is: 'B01: a renamed file is one move',
    agreed: ['a'],
    when: ['here: mv a b'],
    steps: ['remote: move a to b (push-moved)'],
    tree: ['b=a'],
  },
  {
    is: 'B01: from the other side as well',
    agreed: ['a'],
    when: ['there: mv a b'],
    steps: ['local: move a to b (pull-moved)'],
    tree: ['b=a'],
  },
  {
    is: 'B02: a renamed directory is one move',
    agreed: ['d/x', 'd/y', 'd/z'],
    when: ['here: mv d e'],
    steps: ['remote: move d to e (push-moved)'],
    tree: ['e/', 'e/x=d/x', 'e/y=d/y', 'e/z=d/z'],
  },
  {
    is: 'B03: both sides rename different files',
    agreed: ['a', 'b'],
    when: ['here: mv a c', 'there: mv b d'],
    steps: ['remote: move a to c (push-moved)', 'local: move b to d (pull-moved)'],
    tree: ['c=a', 'd=b'],
  },
  {
    is: 'B04: a renamed and edited file is moved, then its content is sent',
    agreed: ['a'],
    when: ['here: mv a b', 'here: put b=new'],
    steps: ['remote: move a to b (push-moved)', 'remote: transfer b (push-edited)'],
    tree: ['b=new'],
  },
  {
    is: 'B05: a renamed and touched file is moved, then its time is set',
    agreed: ['a'],
    when: ['here: mv a b', 'here: touch b'],
    steps: ['remote: move a to b (push-moved)', 'remote: set-metadata b (push-touched)'],
    tree: ['b=a'],
  },
  {
    is: 'B10: a name that one side made and the other renamed to is a conflict',
    agreed: ['x'],
    when: ['here: put n=mine', 'there: mv x n'],
    tree: ['n=x', 'n~1=mine'],
  },
  {
    is: 'B11: a file renamed on both sides gets the name of the other side',
    agreed: ['c'],
    when: ['here: mv c l', 'there: mv c r'],
    steps: ['local: move l to r (both-moved)'],
    tree: ['r=c'],
  },
  {
    is: 'B12: a directory renamed on both sides gets the name of the other side',
    agreed: ['c/x'],
    when: ['here: mv c l', 'there: mv c r'],
    steps: ['local: move l to r (both-moved)'],
    tree: ['r/', 'r/x=c/x'],
  },
  {
    is: 'B13: an edit finds its file in the directory that was renamed elsewhere',
    agreed: ['d/x'],
    when: ['here: mv d e', 'there: put d/x=new'],
    steps: ['remote: move d to e (push-moved)', 'local: transfer e/x (pull-edited)'],
    tree: ['e/', 'e/x=new'],
  },
  {
    is: 'B13: the same with the sides exchanged takes a second plan',
    agreed: ['d/x'],
    when: ['there: mv d e', 'here: put d/x=new'],
    steps: ['local: move d to e (pull-moved)', 'remote: transfer e/x (push-edited)'],
    tree: ['e/', 'e/x=new'],
  },
  {
    is: 'B15: a directory and a file in it are two moves',
    agreed: ['d/x'],
    when: ['here: mv d e', 'here: mv e/x e/y'],
    steps: ['remote: move d to e (push-moved)', 'remote: move e/x to e/y (push-moved)'],
    tree: ['e/', 'e/y=d/x'],
  },
  {
    is: 'B15: a file renamed here in a directory renamed there keeps both names',
    agreed: ['d/x'],
    when: ['there: mv d e', 'here: mv d/x d/y'],
    steps: ['local: move d to e (pull-moved)', 'remote: move e/x to e/y (push-moved)'],
    tree: ['e/', 'e/y=d/x'],
  },
  {
    is: 'B16: a move into a new directory waits for that',
    agreed: ['d/x'],
    when: ['here: put n/', 'here: mv d n/d'],
    steps: ['remote: make-directory n (push-created)', 'remote: move d to n/d (push-moved)'],
    tree: ['n/', 'n/d/', 'n/d/x=d/x'],
  },
  {
    is: 'B17: an inverted hierarchy is two moves',
    agreed: ['a/e/f'],
    when: ['here: mv a/e e', 'here: mv a e/a'],
    steps: ['remote: move a/e to e (push-moved)', 'remote: move a to e/a (push-moved)'],
    tree: ['e/', 'e/a/', 'e/f=a/e/f'],
  },
  {
    is: 'B23: a file moved into a directory that was deleted elsewhere survives in it',
    agreed: ['f', 'd/'],
    when: ['here: mv f d/f', 'there: rm d'],
    steps: ['remote: make-directory d (push-created)', 'remote: move f to d/f (push-moved)'],
    tree: ['d/', 'd/f=f'],
  },
  {
    is: 'B24: a file moved out of a directory that was deleted elsewhere survives',
    agreed: ['d/f'],
    when: ['here: mv d/f f', 'there: rm d'],
    tree: ['f=d/f'],
  },
  {
    is: 'B25: a new directory in the place of a renamed one',
    agreed: ['d/x'],
    when: ['here: mv d e', 'here: put d/'],
    steps: ['remote: move d to e (push-moved)', 'remote: make-directory d (push-created)'],
    tree: ['d/', 'e/', 'e/x=d/x'],
  },
  {
    is: 'B25: what was moved back into it',
    agreed: ['d/x', 'd/y'],
    when: ['here: mv d e', 'here: put d/', 'here: mv e/x d/x'],
    tree: ['d/', 'd/x', 'e/', 'e/y=d/y'],
  },
  { is: 'B35: a file renamed over another', agreed: ['a', 'b'], when: ['here: rm b', 'here: mv a b'], tree: ['b=a'] },
  {
    is: 'B37: a rename against a delete keeps the file under the new name',
    agreed: ['a'],
    when: ['here: mv a b', 'there: rm a'],
    tree: ['b=a'],
  },
  {
    is: 'B37: a rename against an edit keeps both',
    agreed: ['a'],
    when: ['there: mv a b', 'here: put a=new'],
    tree: ['b=new'],
  },
  {
    is: 'B37: a rename against a directory made under the new name',
    agreed: ['a'],
    when: ['here: mv a b', 'there: put b/x'],
    tree: ['b/', 'b/x', 'b~1=a'],
  },
  {
    is: 'B38: two files renamed to one name',
    agreed: ['a', 'b'],
    when: ['here: mv a c', 'there: mv b c'],
    tree: ['c=b', 'c~1=a'],
  },
]

const TANGLES: Story[] = [
  {
    is: 'what both sides put in the place of files that rotated stays where it is',
    agreed: ['a', 'b'],
    when: ['there: mv a c', 'there: mv b a', 'there: put b=new', 'here: put a=b', 'here: put b=new', 'here: put c=a'],
    tree: ['a=b', 'b=new', 'c=a'],
  },
  {
    is: 'a file that cannot get to its new name makes no room for others',
    agreed: ['a', 'b'],
    when: ['there: mv a c', 'there: mv b a', 'here: put a=edited', 'here: put c=mine'],
    tree: ['a=b', 'a~1=edited', 'c=a', 'c~1=mine'],
  },
  {
    is: 'a file that cannot get into what takes its name makes no room either',
    agreed: ['a'],
    when: ['there: mv a t', 'there: put a/', 'there: mv t a/a', 'here: rm a', 'here: put a=mine'],
    tree: ['a/', 'a/a=a', 'a~1=mine'],
  },
  {
    is: 'a directory that moves away in a ring takes nothing along that was made for another',
    agreed: ['D/', 'a/a=x'],
    when: ['here: mv a/a t', 'here: put a/a/', 'here: mv t a/a/a', 'here: mv D t', 'here: mv a D', 'here: mv t a'],
    tree: ['D/', 'D/a/', 'D/a/a=x', 'a/'],
  },
  {
    is: 'a file that stayed at its path in a new directory is not dragged along by the old one',
    agreed: ['d/stays', 'd/goes'],
    when: ['there: mv d e', 'there: put d/', 'there: mv e/stays d/stays'],
    tree: ['d/', 'd/stays', 'e/', 'e/goes=d/goes'],
  },
  {
    is: 'what was moved into a new directory of its old name, on both sides',
    agreed: ['a'],
    when: ['here: mv a t', 'here: put a/', 'here: mv t a/a', 'there: mv a t', 'there: put a/', 'there: mv t a/a'],
    tree: ['a/', 'a/a=a'],
  },
]

const DELETES: Story[] = [
  {
    is: 'C01: an edit there beats a delete here',
    agreed: ['f'],
    when: ['here: rm f', 'there: put f=new'],
    steps: ['local: transfer f (remote-edit-beats-delete)'],
    tree: ['f=new'],
  },
  {
    is: 'C02: an edit here beats a delete there',
    agreed: ['f'],
    when: ['there: rm f', 'here: put f=new'],
    steps: ['remote: transfer f (local-edit-beats-delete)'],
    tree: ['f=new'],
  },
  {
    is: 'C03: a delete on both sides is quiet',
    agreed: ['f'],
    when: ['there: rm f', 'here: rm f'],
    steps: [],
    tree: [],
  },
  {
    is: 'C04: what is new in a directory deleted there keeps it',
    agreed: ['d/old'],
    when: ['there: rm d', 'here: put d/new'],
    tree: ['d/', 'd/new'],
  },
  {
    is: 'C04: what is new in a directory deleted here keeps it',
    agreed: ['d/old'],
    when: ['here: rm d', 'there: put d/new'],
    tree: ['d/', 'd/new'],
  },
  {
    is: 'C05: a deep edit keeps only its own way',
    agreed: ['d/s/x', 'd/s/y', 'd/t/z'],
    when: ['here: rm d', 'there: put d/s/x=new'],
    tree: ['d/', 'd/s/', 'd/s/x=new'],
  },
  {
    is: 'C08: a delete beats a new time',
    agreed: ['f'],
    when: ['here: rm f', 'there: touch f'],
    steps: ['remote: remove f (push-deleted)'],
    tree: [],
  },
  {
    is: 'C09: a delete beats a new mode',
    agreed: ['f'],
    when: ['there: rm f', 'here: chmod f'],
    steps: ['local: remove f (pull-deleted)'],
    tree: [],
  },
  {
    is: 'a deleted directory is one removal where the side can',
    agreed: ['d/x', 'd/s/y'],
    when: ['here: rm d'],
    steps: ['remote: remove d and all in it (push-deleted)'],
    tree: [],
  },
  {
    is: 'not where something was moved out of it, which the guard would notice',
    agreed: ['d/x', 'd/y'],
    when: ['here: mv d/x x', 'here: rm d'],
    steps: [
      'remote: move d/x to x (push-moved)',
      'remote: remove d/y (push-deleted)',
      'remote: remove d (push-deleted)',
    ],
    tree: ['x=d/x'],
  },
]

const KINDS: Story[] = [
  {
    is: 'D01: a file became a directory there',
    agreed: ['z'],
    when: ['there: rm z', 'there: put z/x'],
    tree: ['z/', 'z/x'],
  },
  {
    is: 'D02: a file became a directory here',
    agreed: ['z'],
    when: ['here: rm z', 'here: put z/x'],
    tree: ['z/', 'z/x'],
  },
  {
    is: 'D03: an empty directory became a file there',
    agreed: ['z/'],
    when: ['there: rm z', 'there: put z'],
    tree: ['z'],
  },
  {
    is: 'D04: a directory became a file there while something new came into it',
    agreed: ['z/x'],
    when: ['there: rm z', 'there: put z', 'here: put z/new'],
    tree: ['z/', 'z/new', 'z~1=z'],
  },
  {
    is: 'D05: a directory with files became a file here',
    agreed: ['z/x'],
    when: ['here: rm z', 'here: put z'],
    tree: ['z'],
  },
  {
    is: 'D06: a new directory here keeps the name that is a new file there',
    agreed: [],
    when: ['here: put z/x', 'there: put z'],
    tree: ['z/', 'z/x', 'z~1=z'],
  },
  {
    is: 'D07: a new directory there keeps the name that is a new file here',
    agreed: [],
    when: ['there: put z/x', 'here: put z'],
    tree: ['z/', 'z/x', 'z~1=z'],
  },
]

const NAMES: Story[] = [
  {
    is: 'E01: a new letter case is one move',
    agreed: ['a', 'd/x'],
    when: ['here: mv a A', 'here: mv d D'],
    steps: ['remote: move a to A (push-moved)', 'remote: move d to D (push-moved)'],
    tree: ['A=a', 'D/', 'D/x=d/x'],
  },
  {
    is: 'E07: where case counts on both sides, nothing clashes',
    agreed: ['f'],
    when: ['here: put F'],
    tree: ['F', 'f'],
  },
]

describe.each([
  ['moves', MOVES],
  ['tangles', TANGLES],
  ['deletes', DELETES],
  ['kinds', KINDS],
  ['names', NAMES],
])('%s', (_, stories) => {
  it.each(stories)('$is', ({ agreed, when, steps, tree }) => {
    const world = agreedOn(agreed)
    happens(world, when)
    const end = settled(world)
    expect(end.local).toEqual(tree)
    expect(end.remote).toEqual(tree)
    expect(end.held).toEqual([])
    if (steps !== undefined) expect(end.steps).toEqual(steps)
  })
})

describe('rings', () => {
  it.each(['here', 'there'])(
    'B19 B20 B21: what swaps and rotates %s does so on the other side without a transfer',
    who => {
      const world = agreedOn(['a', 'b', 'x', 'y', 'z', 'd/1', 'e/2'])
      happens(
        world,
        ['mv a t', 'mv b a', 'mv t b', 'mv x t', 'mv z x', 'mv y z', 'mv t y', 'mv d t', 'mv e d', 'mv t e'].map(
          line => `${who}: ${line}`,
        ),
      )
      const { local, remote, steps } = settled(world)
      expect(local).toEqual(['a=b', 'b=a', 'd/', 'd/2=e/2', 'e/', 'e/1=d/1', 'x=z', 'y=x', 'z=y'])
      expect(remote).toEqual(local)
      expect(steps.filter(step => !step.includes(': move '))).toEqual([])
      expect(steps).toHaveLength(3 + 4 + 3)
    },
  )
})

describe('what cannot be looked at', () => {
  it.each(['local', 'remote'] as const)(
    'C10: a directory deleted elsewhere stays for what is ignored in it on the %s side',
    side => {
      const world = agreedOn(['d/x'])
      make(world, side, 'd/ignored')
      world.blocked.local.set(path('d/ignored'), 'ignored')
      world.blocked.remote.set(path('d/ignored'), 'ignored')
      happens(world, [side === 'local' ? 'there: rm d' : 'here: rm d'])
      const end = settled(world)
      expect(end[side]).toEqual(['d/', 'd/ignored'])
      expect(end[side === 'local' ? 'remote' : 'local']).toEqual([])
      expect(end.held).toEqual(['d (hold-nonempty)', 'd/ignored (hold-ignored)'])
    },
  )

  it('a directory that could not be listed is no reason to delete', () => {
    const world = agreedOn(['d/x'])
    world.trees.remote.remove(path('d/x'))
    world.blocked.remote.set(path('d'), 'unlisted')
    expect(planned(world)).toEqual([])
  })
})

describe('names that clash on the other side', () => {
  it('E03 E04 E06: the second name waits, and comes when the first has gone', () => {
    const world = agreedOn(['f', 'd/'], { caseSensitive: false })
    happens(world, ['here: put F=second', 'here: put d/test', 'here: put d/TEST=other'])
    const end = settled(world)
    expect(end.remote).toEqual(['d/', 'd/TEST=other', 'f'])
    expect(end.held).toEqual(['F (hold-clash)', 'd/test (hold-clash)'])
    happens(world, ['here: rm f', 'here: rm d/TEST'])
    expect(settled(world).remote).toEqual(['F=second', 'd/', 'd/test'])
  })

  it('E05: renaming the one that waits lets it through', () => {
    const world = agreedOn(['f'], { caseSensitive: false })
    happens(world, ['here: put F=second', 'here: mv F g'])
    expect(settled(world).remote).toEqual(['f', 'g=second'])
  })

  it('nothing is moved onto a name that is taken in another letter case', () => {
    const world = agreedOn(['f', 'g'], { caseSensitive: false })
    happens(world, ['here: mv g F'])
    const end = settled(world)
    expect(end.remote).toContain('f')
    expect(end.held).toEqual(['F (hold-clash)'])
  })
})
