import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoted, toGitPath } from './git-paths.ts'

test.each([
  ['a/b.txt', 'a/b.txt'],
  ['.git/config', '%2Egit/config'],
  ['sub/.GIT', 'sub/%2EGIT'],
  ['.git. ', '%2Egit. '],
  ['git~1', '%67it~1'],
  ['.g\u200cit', '%2Eg\u200cit'],
  ['.gitignore', '.gitignore'],
  ['%2Egit', '%252Egit'],
])('%j is %j in the repository', (path, at) => {
  expect(toGitPath(path)).toBe(at)
})

test('different paths stay different', () => {
  const name = fc.constantFrom('.git', '%2Egit', '%252Egit', '.GIT', 'git~1', '%67it~1', '%', '%%', 'a')
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(names => names.join('/'))
  fc.assert(
    fc.property(path, path, (a, b) => {
      if (a !== b) expect(toGitPath(a)).not.toBe(toGitPath(b))
    }),
  )
})

test('a path is one word on one line, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), path => {
      expect(quoted(path)).toMatch(/^"(?:[^"\\\n]|\\["\\n])*"$/)
    }),
  )
})
