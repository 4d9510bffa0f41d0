// A directory whose disk is full: what does not fit is refused by itself, and nothing of it is left lying about.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Path } from '../../model/path.ts'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import type { Receiving, Tree } from '../../platform/tree.ts'
import type { Memory, Source } from '../../replica/replica.ts'
import { trashFault } from '../../revisions/trash-fault.ts'
import { connectDirectory } from './connect.ts'
import { faultOf } from './faults.ts'

const MEGABYTE = 1024 * 1024
const NEVER = new AbortController().signal
const NO_RESUME = { token: undefined, save: () => {} }

let root: string
let tree: Tree

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'full-disk-'))
  tree = await openNodeTree(root)
})

afterEach(async () => {
  await tree.close()
  rmSync(root, { recursive: true })
})

/** The tree, with some of it otherwise. */
function altered(changes: Partial<Tree>): Tree {
  return new Proxy(tree, {
    get(target, name) {
      const changed = changes[name as keyof Tree]
      if (changed !== undefined) return changed
      const own = target[name as keyof Tree]
      return typeof own === 'function' ? (own as (...args: unknown[]) => unknown).bind(target) : own
    },
  })
}

function connect(to: Tree) {
  const world = nodeWorld({ log: () => {} })
  const memory: Memory = { get: () => undefined, set: () => {} }
  return connectDirectory({ tree: to, world, memory, mode: 'read-write', trash: 'none' })
}

function source(path: string, size: number): Source & { opened: number } {
  const of = {
    path: path as Path,
    size,
    mtimeNs: 0n,
    opened: 0,
    async *open() {
      of.opened += 1
      for (let at = 0; at < size; at += MEGABYTE) yield new Uint8Array(Math.min(MEGABYTE, size - at))
    },
  }
  return of as unknown as Source & { opened: number }
}

const REFUSED = { code: 'quota-exceeded', scope: 'entry', path: 'big' }

test('a big file for which there is no room is refused before a byte of it is read, and what fits goes there', async () => {
  const replica = await connect(altered({ freeBytes: async () => 3 * MEGABYTE }))
  const big = source('big', 4 * MEGABYTE)
  await expect(replica.stage(big, NO_RESUME, NEVER)).rejects.toMatchObject(REFUSED)
  expect(big.opened).toBe(0)
  expect(await replica.stage(source('small', 3 * MEGABYTE), NO_RESUME, NEVER)).toMatchObject({ size: 3 * MEGABYTE })
})

test('a disk that turns out to be full keeps nothing of what did not fit', async () => {
  const full = Object.assign(new Error('no room'), { code: 'ENOSPC' })
  const receive = async (path: string, size: number): Promise<Receiving> => ({
    ...(await tree.receive(path, size)),
    write: () => Promise.reject(full),
  })
  const replica = await connect(altered({ receive, freeBytes: async () => 0 }))
  await expect(replica.stage(source('big', 4 * MEGABYTE), NO_RESUME, NEVER)).rejects.toMatchObject(REFUSED)
  expect(readdirSync(join(root, '.syncline/staging'))).toEqual([])
})

test('a trash for which there is no room is no fault of the folder, and of this path alone', () => {
  const cause = Object.assign(new Error('no room'), { code: 'ENOSPC' })
  const path = 'big' as Path
  expect(faultOf(trashFault(cause, 'big cannot be kept in the trash', path), path, root)).toMatchObject(REFUSED)
})
