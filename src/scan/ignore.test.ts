import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SyncError } from '../model/errors.ts'
import { faultOfPath, type Path } from '../model/path.ts'
import type { Dialect } from './glob.ts'
import { ignoreRules } from './ignore.ts'

function rules(lines: string | readonly string[], dialect: Dialect = 'syncline', caseFold = false) {
  const text = typeof lines === 'string' ? lines : lines.join('\n')
  return ignoreRules({ files: [{ name: '.syncignore', text, dialect }], caseFold, defaults: 'none' })
}

/** Our own names are no paths, and are asked for all the same. */
function path(text: string): Path {
  const fault = faultOfPath(text)
  if (fault !== undefined && fault !== 'reserved') throw new Error(`not a path: ${text}`)
  return text as Path
}

/** `x` is a file, `x/` a directory. */
function verdict(of: ReturnType<typeof rules>, text: string) {
  return text.endsWith('/') ? of.verdict(path(text.slice(0, -1)), 'directory') : of.verdict(path(text), 'other')
}

interface Fact {
  readonly lines: string | readonly string[]
  readonly ignored?: readonly string[]
  readonly kept?: readonly string[]
  readonly junk?: readonly string[]
}

function prove(facts: Readonly<Record<string, Fact>>, dialect: Dialect) {
  it.each(Object.entries(facts))('%s', (_, fact) => {
    const made = rules(fact.lines, dialect)
    for (const text of fact.ignored ?? []) expect([text, verdict(made, text)]).toEqual([text, 'ignored'])
    for (const text of fact.kept ?? []) expect([text, verdict(made, text)]).toEqual([text, 'kept'])
    for (const text of fact.junk ?? []) expect([text, verdict(made, text)]).toEqual([text, 'junk'])
  })
}

const BOTH: Readonly<Record<string, Fact>> = {
  'a name is ignored anywhere, with all below it': {
    lines: 'foo',
    ignored: ['foo', 'foo/', 'foo/bar', 'a/foo', 'a/b/foo/c/d'],
    kept: ['food', 'afoo', 'a/food/b'],
  },
  'a leading slash anchors to the root': { lines: '/foo', ignored: ['foo', 'foo/x'], kept: ['a/foo'] },
  'a pattern with an inner slash is not anchored': {
    lines: 'sub/*',
    ignored: ['sub/a', 'tele/sub/dir/', 'tele/sub/dir/below'],
    kept: ['sub/', 'tele/sub/', 'sub'],
  },
  'a star stays within a name': { lines: 'te*ne', ignored: ['telephone', 'tene'], kept: ['tele/phone'] },
  'two stars cross slashes': { lines: 'te**ne', ignored: ['telephone', 'tele/phone'], kept: ['tele/phon'] },
  'leading double star matches at the root too': { lines: '**/foo', ignored: ['foo', 'a/foo', 'a/b/foo/c'] },
  'trailing double star spares the directory': { lines: 'foo/**', ignored: ['foo/a', 'x/foo/a/b'], kept: ['foo/'] },
  'a question mark is one character': {
    lines: ['ün?', '/x?y'],
    ignored: ['ünï', 'a/ünï', 'u\u0308ni\u0308', 'x😀y'],
    kept: ['ün', 'ünïx', 'x/y', 'xy'],
  },
  'a list of characters': { lines: 'x[abc]', ignored: ['xa', 'xc'], kept: ['xd', 'x', 'xab'] },
  'a range of characters': { lines: 'x[b-d]', ignored: ['xb', 'xc', 'xd'], kept: ['xa', 'xe', 'x-'] },
  'a negated class': { lines: 'x[!ab]', ignored: ['xc', 'x!'], kept: ['xa', 'x'] },
  'a dash first in a list is a dash': { lines: 'x[-a]', ignored: ['x-', 'xa'], kept: ['xb'] },
  'alternatives, nested and with slashes': {
    lines: ['{a,b/c}.x', 'n{1,{2,3}4}', 'q{z}'],
    ignored: ['a.x', 'b/c.x', 'n1', 'n24', 'n34', 'qz'],
    kept: ['c.x', 'b/d.x', 'n2', 'q{z}'],
  },
  'a comma or closing brace outside braces is itself': { lines: ['a,b', 'c}'], ignored: ['a,b', 'c}'], kept: ['a'] },
  'a backslash takes the next character literally': {
    lines: ['\\*', '\\!x', '\\#y', 'a\\[b', '\\\\z'],
    ignored: ['*', '!x', '#y', 'a[b', '\\z'],
    kept: ['anything', 'x', 'y'],
  },
  'the first match decides': {
    lines: ['!keep.log', '*.log', '!late.log'],
    ignored: ['a.log', 'late.log'],
    kept: ['keep.log', 'a/keep.log'],
  },
  'a rule further up wins over one for a directory above': {
    lines: ['!/sub/keep', '/sub'],
    ignored: ['sub/', 'sub/other', 'sub/keeper'],
    kept: ['sub/keep', 'sub/keep/x'],
  },
  'letters are matched exactly unless asked': {
    lines: ['(?i)ReadMe', 'Exact', '(?i)[A-C]É'],
    ignored: ['readme', 'README', 'a/rEADmE', 'Exact', 'bé', 'CÉ'],
    kept: ['exact', 'dé'],
  },
  'prefixes come in any order': {
    lines: ['!(?i)KEEP', '(?i)!Also', '(?d)(?i)JUNK', '(?i)(?d)TRASH', '*'],
    kept: ['keep', 'also', 'ALSO'],
    junk: ['junk', 'trash/x'],
    ignored: ['other'],
  },
  'empty lines, // lines, white space and CRLF do not count': {
    lines: '\uFEFF\r\n  // comment\r\n\t foo \r\n//bar\r\nbaz//\\x\r\n'.replace('baz//\\x', 'baz'),
    ignored: ['foo', 'baz'],
    kept: ['bar', 'comment'],
  },
  'a # before a name is part of the name': { lines: '#foo', ignored: ['#foo'], kept: ['foo'] },
  'Greek sigma folds the same at the end of a word': { lines: '(?i)ΑΣ*', ignored: ['ας'.replace('ς', 'σ'), 'ΑΣΑ'] },
}

describe('both dialects', () => {
  describe('syncline', () => prove(BOTH, 'syncline'))
  describe('stignore', () => prove(BOTH, 'stignore'))
})

describe('stignore, as Syncthing reads it', () => {
  prove(
    {
      'a trailing slash ignores only what is in it': {
        lines: 'foo/',
        ignored: ['foo/a', 'b/foo/a'],
        kept: ['foo/', 'foo'],
      },
      'a slash alone ignores everything': { lines: '/', ignored: ['a', 'b/', 'c/d'] },
      '^ does not negate': { lines: 'x[^a]', ignored: ['x^', 'xa'], kept: ['xb'] },
      '(?di) is text': { lines: '(?di)foo', ignored: ['(?di)foo'], kept: ['foo'] },
      '# and a space begin a pattern': { lines: '# foo', ignored: ['# foo'], kept: ['foo'] },
      'a leading ] is text': { lines: ']foo', ignored: [']foo'], kept: ['foo'] },
      'two stars between slashes need a directory, but not at the root, where Syncthing lets the slashes overlap': {
        lines: ['a/**/b', '/c/**/[d]'],
        ignored: ['a/x/b', 'a/x/y/b', 'a/b', 'x/a/y/b', 'c/x/d'],
        kept: ['x/a/b', 'c/d', 'ab'],
      },
      'the escape character can be set': {
        lines: ['#escape=|', 'a|*', '\\x'],
        ignored: ['a*', '\\x'],
        kept: ['ab', 'x'],
      },
    },
    'stignore',
  )

  it.each(['!', '(?i)(?d)', '{a', '[a-zA-Z]', '[a-bA]', '[a', '[]', '[b-a]', 'x\\'])('%s stops the run', text => {
    expect(() => rules(text, 'stignore')).toThrow(SyncError)
  })
})

describe('our own language', () => {
  prove(
    {
      'a trailing slash means directories, with all in them': {
        lines: 'foo/',
        ignored: ['foo/', 'foo/a', 'b/foo/', 'b/foo/a'],
        kept: ['foo', 'b/foo'],
      },
      'classes mix ranges and characters': { lines: 'x[a-cX-Z_]', ignored: ['xb', 'xY', 'x_'], kept: ['xd', 'x-'] },
      'a class never takes a slash': { lines: '/a[!x]b', ignored: ['a-b'], kept: ['a/b'] },
      '^ negates too': { lines: 'x[^a]', ignored: ['xb'], kept: ['xa'] },
      'two stars between slashes are any number of directories': {
        lines: '/a/**/b',
        ignored: ['a/b', 'a/x/b', 'a/x/y/b'],
        kept: ['a/xb', 'ab'],
      },
      'a leading ] marks junk': {
        lines: ['].DS_Store', '!]x', '\\]y'],
        junk: ['.DS_Store', 'a/.DS_Store'],
        kept: ['x'],
        ignored: [']y'],
      },
      '# is a comment before a space, a #, a ! or nothing': {
        lines: ['# foo', '#', '##bar', '#!version < 1', '#\tbaz', '#real'],
        ignored: ['#real'],
        kept: ['# foo', 'foo', '#', '##bar', '#!version < 1'],
      },
    },
    'syncline',
  )

  it.each([
    ['[a', "a '[' is not closed"],
    ['{a,b', "a '{' is not closed"],
    ['x\\', "nothing follows the '\\'"],
    ['[]', 'is empty'],
    ['[z-a]', 'runs backwards'],
    ['!', 'there is no pattern'],
    ['/', 'there is no pattern'],
    ['a//b', "two '/'"],
    ['./a', "'.' has no meaning"],
    ['a/../b', "'..' has no meaning"],
    ['(?di)foo', "'(?i)' and '(?d)'"],
    ['#include', 'which file'],
    ['#include other', 'no such file'],
    ['x'.repeat(1001), 'longer than'],
  ])('%s is refused with file, line and reason', (text, reason) => {
    const fault = faultOf(() => rules(`ok\n${text}`))
    expect(fault.code).toBe('usage')
    expect(fault.message).toContain('.syncignore, line 2')
    expect(fault.message).toContain(reason)
  })

  it('rules that are too many altogether are refused', () => {
    const many = Array.from({ length: 9000 }, (_, i) => `a-name-that-is-long-enough-${i}`)
    expect(faultOf(() => rules(many)).code).toBe('usage')
    expect(faultOf(() => rules(Array.from({ length: 4000 }, (_, i) => `*a${i}*b`))).message).toContain('with a star')
  })
})

function faultOf(act: () => unknown): SyncError {
  try {
    act()
  } catch (error) {
    if (error instanceof SyncError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe("ownCloud's exclude lists", () => {
  const shipped = [
    '# the list that clients bring along',
    '*~',
    '~$*',
    '.~lock.*',
    '~*.tmp',
    ']*.~*',
    '].DS_Store',
    '].Trash-*',
    '.*.sw?',
    '\\#*#',
    'System Volume Information',
    '/only/here',
  ]
  prove(
    {
      'work as they are': {
        lines: shipped,
        ignored: [
          'a/b~',
          '~$letter.doc',
          '.~lock.x#',
          '.a.swp',
          '#auto#',
          'x/System Volume Information/y',
          'only/here/z',
        ],
        junk: ['a.~b', '.DS_Store', 'd/.Trash-1000/files/x'],
        kept: ['a', 'x/only/here', 'the list that clients bring along'],
      },
    },
    'syncline',
  )
})

describe('what is always ignored', () => {
  const all = rules(['!*', '!/.syncline', '!.stfolder'])
  it.each([
    '.syncline/',
    '.syncline/index.db',
    '.Syncline/x',
    'a/.syncline',
    'a/b/.syncline/index.db',
    '.stfolder/',
    '.stversions/a',
    '.stignore',
    '.sync_1a2b3c4d5e6f.db',
    'sub/.sync_1a2b3c4d5e6f.db-wal',
    '._sync_abc.db',
    '.csync_journal.db-shm',
    '.owncloudsync.log.1',
  ])('%s, whatever the rules say', text => expect(verdict(all, text)).toBe('ignored'))
  it.each(['.syncline-upload-1', '.syncline-probe-y', 'a/.syncthing.f.tmp', '~syncthing~f.tmp'])(
    '%s, and it goes with its directory',
    text => expect(verdict(all, text)).toBe('junk'),
  )
  it.each(['a/.stfolder', 'a/.synclines', '.syncignore', 'a/.stignore'])('not %s', text =>
    expect(verdict(all, text)).toBe('kept'),
  )
})

describe('defaults', () => {
  const made = (text: string) => ignoreRules({ files: [{ name: 'x', text }], caseFold: false })
  it.each(['a/.DS_Store', 'Thumbs.db', 'x/DESKTOP.INI', '._a', 'Icon\r', '.a.swp', '#a#', '.#a', 'a~', 'x/~$a.docx'])(
    'ignore %s',
    text => expect(verdict(made(''), text)).not.toBe('kept'),
  )
  it.each(['Icon', 'IconX', '.directory/'.slice(0, -1), 'a.part'])('%s can be had back', text =>
    expect(verdict(made('!*.part\n!.directory'), text)).toBe('kept'),
  )
  it.each(['.DS_Store', 'a/Thumbs.db', '.~lock.a.odt#'])('let %s go with its directory', text =>
    expect(verdict(made(''), text)).toBe('junk'),
  )
  it.each(['.a.swp', '.Trashes/501/x', '.Trash-1000/files/x', '._a', '.DocumentRevisions-V100/x', '~$a.doc', 'a~'])(
    'never let %s go with its directory',
    text => expect(verdict(made(''), text)).toBe('ignored'),
  )
  it.each(['report.doc', '.env', '.git/config', 'a.tmp', 'Trash/x', '.hidden'])('leave %s alone', text =>
    expect(verdict(made(''), text)).toBe('kept'),
  )
})

describe('directories that have to be entered', () => {
  it('are those in which an earlier ! rule may match', () => {
    const made = rules(['!/sub/deep/keep', '/sub', '/other'])
    expect(made.mayHoldKept(path('sub'))).toBe(true)
    expect(made.mayHoldKept(path('sub/deep'))).toBe(true)
    expect(made.mayHoldKept(path('sub/shallow'))).toBe(false)
    expect(made.mayHoldKept(path('other'))).toBe(false)
  })
  it('are all, once a ! rule matches anywhere', () => {
    const made = rules(['!keep', '/sub', '!late', '/.x'])
    expect(made.mayHoldKept(path('sub/a/b'))).toBe(true)
  })
  it('are none for ! rules that come too late', () => {
    expect(rules(['/sub', '!keep']).mayHoldKept(path('sub'))).toBe(false)
  })
  it('never are our own', () => expect(rules('!*').mayHoldKept(path('.syncline'))).toBe(false))
  it('do hold whatever is kept below an ignored one', () => {
    fc.assert(
      fc.property(someLines, somePath, (lines, text) => {
        const made = tryRules(lines)
        if (made === undefined || made.verdict(text, 'other') !== 'kept') return
        for (let at = text.indexOf('/'); at > 0; at = text.indexOf('/', at + 1)) {
          const above = text.slice(0, at) as Path
          if (made.verdict(above, 'directory') !== 'kept') expect(made.mayHoldKept(above)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('includes', () => {
  const files: Readonly<Record<string, string>> = { more: '*.log\n#include extra', extra: '*.tmp', bad: 'ok\n[a' }
  const withIncludes = (text: string) =>
    ignoreRules({
      caseFold: false,
      defaults: 'none',
      files: [
        {
          name: 'top',
          text,
          include: name => (files[name] === undefined ? undefined : { name, text: files[name] }),
        },
      ],
    })
  it('take the place of their line', () => {
    const made = withIncludes('!a.log\n#include more')
    expect(['a.log', 'b.log', 'c.tmp'].map(text => verdict(made, text))).toEqual(['kept', 'ignored', 'ignored'])
  })
  it('count once', () =>
    expect(faultOf(() => withIncludes('#include extra\n#include more')).message).toContain('more, line 2'))
  it('name their own line in errors', () =>
    expect(faultOf(() => withIncludes('#include bad')).message).toContain('bad, line 2'))
})

describe('fingerprint', () => {
  it('changes with the rules, not with comments', () => {
    expect(rules('a\nb').fingerprint).toBe(rules('// c\n\na\n b ').fingerprint)
    const others = [rules('a'), rules('b\na'), rules('a\n!b'), rules('a\nb/'), rules('a\nb', 'syncline', true)]
    expect(new Set([rules('a\nb'), ...others].map(made => made.fingerprint)).size).toBe(6)
  })
})

describe('hostile patterns', () => {
  it('with many stars take time linear in the path', () => {
    const made = rules([
      '*a*a*a*a*a*a*a*a*a*a*a*a*a*b',
      '**a**a**a**a**a**a**b',
      '{a,aa,aaa,{a,aa}*}{a,*a}{*,a*}{**a,*}b',
    ])
    expect(
      made.verdict(
        path(
          'a'
            .repeat(4000)
            .replace(/(.{200})/g, '$1/')
            .slice(0, 4000),
        ),
        'other',
      ),
    ).toBe('kept')
    expect(made.verdict(path(`${'a'.repeat(900)}b`), 'other')).toBe('ignored')
  })
  it('with many braces are not multiplied out', () => {
    const made = rules(`${'{a,b}'.repeat(150)}c`)
    expect(made.verdict(path(`${'ab'.repeat(75)}c`), 'other')).toBe('ignored')
    expect(made.verdict(path(`${'ab'.repeat(75)}d`), 'other')).toBe('kept')
  })
  it('nested too deep are refused', () => {
    expect(() => rules(`${'{'.repeat(40)}a${'}'.repeat(40)}`)).toThrow(SyncError)
  })
  it('that make more state sets than are remembered still give the right answer', () => {
    const made = rules(Array.from({ length: 14 }, (_, i) => `*a${'?'.repeat(i)}z`))
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{40,60}$/), text => {
        const want = [...Array(14).keys()].some(i => text.at(-1 - i) === 'a')
        expect(made.verdict(path(`${text}z`), 'other')).toBe(want ? 'ignored' : 'kept')
      }),
      { numRuns: 400 },
    )
  })
})

const piece = fc.constantFrom(
  'a',
  'b',
  'é',
  '*',
  '**',
  '?',
  '/',
  '[ab]',
  '[!a]',
  '{a,b}',
  '{',
  '}',
  ',',
  '\\',
  '.',
  '!',
  '(?i)',
  '[',
  ']',
)
const someLine = fc.array(piece, { minLength: 1, maxLength: 8 }).map(pieces => pieces.join(''))
const someLines = fc.array(someLine, { minLength: 1, maxLength: 5 })
const somePath = fc
  .array(fc.stringMatching(/^[abéA]{1,3}$/), { minLength: 1, maxLength: 4 })
  .map(names => names.join('/') as Path)

function tryRules(lines: readonly string[], dialect: Dialect = 'syncline') {
  try {
    return rules(lines, dialect)
  } catch (error) {
    if (error instanceof SyncError) return undefined
    throw error
  }
}

describe('whatever a file says', () => {
  it('parsing gives rules or a SyncError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          someLines.map(l => l.join('\n')),
        ),
        fc.constantFrom('syncline', 'stignore'),
        (text, dialect) => {
          tryRules([text], dialect as Dialect)?.verdict(path('a/b'), 'other')
        },
      ),
      { numRuns: 1000 },
    )
  })
  it('a verdict does not depend on what was asked before', () => {
    fc.assert(
      fc.property(someLines, fc.array(somePath, { minLength: 1, maxLength: 8 }), (lines, paths) => {
        const made = tryRules(lines)
        if (made === undefined) return
        const once = paths.map(text => made.verdict(text, 'other'))
        expect(paths.map(text => made.verdict(text, 'other'))).toEqual(once)
        expect(paths.map(text => tryRules(lines)?.verdict(text, 'other'))).toEqual(once)
      }),
      { numRuns: 1000 },
    )
  })
  it('a glob means what a plain backtracking matcher says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '*', '**', '?', '/'), { minLength: 1, maxLength: 7 }),
        somePath,
        (pieces, text) => {
          const pattern = pieces.join('')
          const made = tryRules([`/${pattern}`], 'stignore')
          // Two stars with plain text on both sides are the habit that `glob-overlap.ts` keeps; its own facts are above.
          if (made === undefined || pattern.endsWith('/') || /^[^*?]+\*{2,}[^*?]+$/.test(pattern)) return
          const names = text.split('/')
          const prefixes = names.map((_, i) => names.slice(0, i + 1).join('/'))
          const want = prefixes.some(prefix => matches(pattern, prefix))
          expect(made.verdict(text, 'other')).toBe(want ? 'ignored' : 'kept')
        },
      ),
      { numRuns: 1000 },
    )
  })
})

/** The oracle: slow and short. */
function matches(glob: string, text: string): boolean {
  if (glob === '') return text === ''
  const wide = glob.startsWith('**')
  if (wide || glob.startsWith('*')) {
    if (matches(glob.slice(wide ? 2 : 1), text)) return true
    return text !== '' && (wide || text[0] !== '/') && matches(glob, text.slice(1))
  }
  const fits = glob[0] === '?' ? text !== '' && text[0] !== '/' : glob[0] === text[0]
  return fits && matches(glob.slice(1), text.slice(1))
}
