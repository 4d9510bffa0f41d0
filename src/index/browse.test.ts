import { expect, test } from 'vitest'
import type { Path } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import type { DiskMark, RowState } from './folder-index.ts'
import { openIndex } from './sqlite-index.ts'

const file: RowState = {
  kind: 'file',
  mark: 'm' as DiskMark,
  inode: 1n,
  size: 7,
  mtimeNs: 5_000_000n,
  mode: 0o644,
  content: 'c' as never,
}
const directory: RowState = { kind: 'directory', mark: 'm' as DiskMark, inode: 2n, mode: 0o755 }

function indexOf(states: Readonly<Record<string, RowState>>) {
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: () => 1000 })
  index.record(Object.entries(states).map(([path, state]) => ({ path: path as Path, state })))
  return index
}

const namesOf = (rows: readonly { readonly path: Path }[]) => rows.map(({ path }) => path)

test('names in a directory come page by page, without what is deleted or deeper', () => {
  const gone: RowState = { kind: 'deleted' }
  const index = indexOf({
    d: directory,
    'd/a': file,
    'd/b': gone,
    'd/c': file,
    'd/e': directory,
    'd/e/f': file,
    x: file,
  })
  const first = index.namesIn('d' as Path, '', 2)
  expect(first).toEqual([
    { path: 'd/a', kind: 'file', size: 7, mtimeMs: 5 },
    { path: 'd/c', kind: 'file', size: 7, mtimeMs: 5 },
  ])
  expect(namesOf(index.namesIn('d' as Path, 'd/c', 2))).toEqual(['d/e'])
  expect(namesOf(index.namesIn('', '', 10))).toEqual(['d', 'x'])
  index.close()
})

test('a search finds part of a name in any case, and not what only its directory is called', () => {
  const index = indexOf({
    Report: directory,
    'Report/a': file,
    'Report/my REPORT.txt': file,
    'x100%_y': file,
    x1000y: file,
  })
  const find = (text: string) => namesOf(index.namesHolding(text, '', undefined, 100, 100).found)
  expect(find('report')).toEqual(['Report', 'Report/my REPORT.txt'])
  expect(find('100%_')).toEqual(['x100%_y'])
  expect(find('\\')).toEqual([])
  index.close()
})

test('letters beyond ASCII are found in any case and either composition', () => {
  const index = indexOf({ 'GRÖßE.txt': file, 'a/Stra\u0308nde': file })
  expect(namesOf(index.namesHolding('größe', '', undefined, 100, 100).found)).toEqual(['GRÖßE.txt'])
  expect(namesOf(index.namesHolding('STRÄNDE', '', undefined, 100, 100).found)).toEqual(['a/Stra\u0308nde'])
  index.close()
})

test('a search looks at a window of rows, and goes on after it', () => {
  const states = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${String(n).padStart(2, '0')}`, file]))
  const index = indexOf({ ...states, needle: file })
  const seen: string[] = []
  let after: Path | undefined
  let windows = 0
  do {
    const { found, next } = index.namesHolding('f4', '', after, 8, 3)
    seen.push(...namesOf(found))
    after = next
    windows += 1
  } while (after !== undefined)
  expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => `f4${n}`))
  expect(windows).toBeGreaterThan(6)
  expect(index.namesHolding('needle', 'd' as Path, undefined, 8, 3)).toEqual({ found: [] })
  index.close()
})
