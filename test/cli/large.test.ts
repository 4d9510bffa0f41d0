import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contents, syncline, twoDirectories, write } from './program.ts'

const realFind = findGnu()

/** Long names make an index large with few files. */
const name = (i: number) => `${String(i).padStart(4, '0')}-${'x'.repeat(120)}`

describe.runIf(realFind !== undefined)('a large folder', () => {
  it('is looked at by find on both sides, and every change is seen', async () => {
    using places = twoDirectories()
    const { a, b, root } = places
    for (let i = 0; i < 2400; i += 1) write(a, `${i % 24}/${name(i)}`, String(i))
    const { env, calls } = countingFind(root)
    expect((await syncline(['sync', a, b], { env })).status).toBe(0)
    const before = calls()

    // Nothing has changed: now that both are known, one look for each side.
    const quiet = await syncline(['sync', a, b], { env })
    expect([quiet.status, quiet.out]).toEqual([0, expect.stringContaining('Nothing to do')])
    expect(calls() - before).toBe(2)

    const kept = join(a, `3/${name(3)}`)
    const { atime, mtime } = statSync(kept)
    writeFileSync(kept, '#')
    utimesSync(kept, atime, mtime)
    rmSync(join(b, `4/${name(4)}`))
    mkdirSync(join(b, 'new'))
    const changed = await syncline(['sync', a, b, '--json'], { env })
    expect(changed.status, changed.out + changed.err).toBe(0)
    expect(readFileSync(join(b, `3/${name(3)}`), 'utf8')).toBe('#')
    expect(contents(a)).toEqual(contents(b))
    expect(statSync(join(a, 'new')).isDirectory()).toBe(true)
    expect(calls() - before).toBe(4)

    // With another find everything is as ever.
    writeFileSync(join(b, `5/${name(5)}`), 'other')
    const without = await syncline(['sync', a, b], { env: { PATH: root } })
    expect([without.status, readFileSync(join(a, `5/${name(5)}`), 'utf8')]).toEqual([0, 'other'])
  })
})

/** A find that counts how often it is asked. */
function countingFind(root: string): { readonly env: Readonly<Record<string, string>>; calls(): number } {
  const [bin, log] = [join(root, 'bin'), join(root, 'calls')]
  mkdirSync(bin)
  writeFileSync(log, '')
  writeFileSync(join(bin, 'find'), `#!/bin/sh\necho >> '${log}'\nexec '${realFind}' "$@"\n`, { mode: 0o755 })
  return { env: { PATH: `${bin}:${process.env['PATH']}` }, calls: () => readFileSync(log, 'utf8').length }
}

function findGnu(): string | undefined {
  try {
    const isGnu = execFileSync('find', ['--version'], { encoding: 'utf8' }).includes('GNU')
    const path = execFileSync('sh', ['-c', 'command -v find'], { encoding: 'utf8' }).trim()
    return process.platform === 'linux' && isGnu ? path : undefined
  } catch {
    return undefined
  }
}
