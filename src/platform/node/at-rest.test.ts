// What is given back at rest, and that all goes on as before.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { giveBack, whenAtRest } from './at-rest.ts'
import { openNodeTree } from './node-tree.ts'
import { Database } from './sqlite.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-rest-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('asks each for what it can do without, until that is withdrawn', async () => {
  let asked = 0
  const withdraw = whenAtRest(() => {
    asked += 1
  })
  await giveBack()
  withdraw()
  await giveBack()
  expect(asked).toBe(1)
})

it('ends threads that have nothing to do, and others do what comes next', async () => {
  const tree = await openNodeTree(root)
  const files = (name: string) =>
    Array.from({ length: 20 }, (_, i) => ({ path: `${name} ${i}`, bytes: new TextEncoder().encode(`${name} ${i}`) }))
  for (const name of ['before', 'under way', 'after']) {
    const written = tree.writeSmall(files(name))
    // The second are being written in the meantime.
    if (name === 'under way') await giveBack()
    for (const result of await written) expect(result).not.toBeInstanceOf(Error)
    await giveBack()
  }
  await tree.close()
})

it('leaves a thread alone that has begun with a file', async () => {
  const tree = await openNodeTree(root)
  const receiving = await tree.receive('large', 3 * 1024 * 1024)
  const piece = new Uint8Array(1024 * 1024)
  await receiving.write(piece)
  await giveBack()
  await receiving.write(piece)
  await giveBack()
  await receiving.write(piece)
  expect((await receiving.finish({})).size).toBe(3 * 1024 * 1024)
  await giveBack()
  await tree.close()
})

it('loses nothing of databases, in memory or being written', async () => {
  for (const file of [':memory:', join(root, 'file')]) {
    const database = new Database(file, { name: 'It', mend: '' })
    database.exec('CREATE TABLE t (n)')
    database.exec('BEGIN')
    for (let n = 0; n < 1000; n += 1) database.run('INSERT INTO t VALUES (?)', n)
    await giveBack()
    database.exec('COMMIT; BEGIN')
    database.run('INSERT INTO t VALUES (?)', 1000)
    await giveBack()
    database.exec('COMMIT')
    expect(database.get('SELECT count(*), sum(n) FROM t')).toEqual([1001, 500_500])
    database.close()
    await giveBack()
  }
})
