import { watch as realWatch } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncError } from '../model/errors.ts'
import type { Place } from '../model/path.ts'
import { type OpenWatch, type WatchOptions, watchTree } from './watch.ts'

let root: string
let watch: Disposable | undefined
const told: Told[] = []
let listeners: (() => void)[] = []
let faults: SyncError[] = []
let mended = 0

interface Told {
  readonly place: Place
  readonly reach: 'here' | 'below'
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'syncline-watch-'))
  told.length = 0
  listeners = []
  faults = []
  mended = 0
})

afterEach(async () => {
  watch?.[Symbol.dispose]()
  await rm(root, { recursive: true, force: true })
})

async function start(options: Partial<WatchOptions> = {}) {
  watch = await watchTree({
    root,
    skips: () => false,
    onHint: (place, reach) => {
      told.push({ place, reach })
      for (const listener of listeners) listener()
    },
    onFault: error => faults.push(error),
    onMended: () => {
      mended += 1
      for (const listener of listeners) listener()
    },
    limits: { quietMs: 5, ...options.limits },
    ...options,
  })
}

/** Resolves once `is` holds for the hints so far; the test's own time limit is the limit. */
function until(is: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const check = () => {
      if (is()) resolve()
    }
    listeners.push(check)
    check()
  })
}

function isTold(place: string): boolean {
  return told.some(hint => covers(hint, place))
}

function covers({ place, reach }: Told, wanted: string): boolean {
  return place === wanted || (reach === 'below' && (place === '' || wanted.startsWith(`${place}/`)))
}

async function put(path: string, text = 'x') {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

describe('watchTree', () => {
  it.each(['', 'a', 'a/b/c'])('tells of a file that is made, changed and removed in "%s"', async place => {
    await mkdir(join(root, place), { recursive: true })
    const file = join(root, place, 'file')
    await start()
    for (const act of [() => writeFile(file, '1'), () => writeFile(file, '22'), () => rm(file)]) {
      told.length = 0
      await act()
      await until(() => isTold(place))
    }
    expect(told.every(hint => hint.place === place && hint.reach === 'here')).toBe(true)
  })

  it('watches directories that are made later, with all that is in them', async () => {
    await start()
    for (let i = 0; i < 20; i += 1) await put(`new${i}/x/y/file`)
    await until(() => Array.from({ length: 20 }, (_, i) => `new${i}/x/y`).every(isTold))
    told.length = 0
    await put('new7/x/y/later')
    await until(() => isTold('new7/x/y'))
  })

  it('goes on watching a directory that was moved, and one that took its place', async () => {
    await put('a/deep/file')
    await put('b/deep/file')
    await start()
    await rename(join(root, 'a'), join(root, 'c'))
    await rename(join(root, 'b'), join(root, 'a'))
    await until(() => isTold('c/deep') && isTold('a/deep'))
    for (const place of ['a/deep', 'c/deep']) {
      told.length = 0
      await put(`${place}/more`)
      await until(() => told.some(hint => hint.place === place))
    }
  })

  it('goes on watching a directory that was removed and made again', async () => {
    await put('a/b/file')
    await start()
    for (let i = 0; i < 5; i += 1) {
      await rm(join(root, 'a'), { recursive: true })
      await put('a/b/file')
      await until(() => isTold('a/b'))
      told.length = 0
    }
    await put('a/b/other')
    await until(() => isTold('a/b'))
  })

  it('tells of the parent when a directory goes', async () => {
    await put('a/b/c/file')
    await start()
    await rm(join(root, 'a/b'), { recursive: true })
    await until(() => isTold('a'))
  })

  it('never looks at its own directory, nor at what is skipped', async () => {
    await put('.syncline/x')
    await put('skipped/x')
    await put('seen/x')
    const opened: string[] = []
    await start({
      skips: path => path === 'skipped' || path.endsWith('.tmp'),
      open: recording(opened),
    })
    expect(opened.sort()).toEqual([root, join(root, 'seen')])
    await put('.syncline/y')
    await put('skipped/y')
    await put('a.tmp')
    await put('seen/y')
    await until(() => isTold('seen'))
    expect(told).toEqual([{ place: 'seen', reach: 'here' }])
  })

  it('does not follow links', async () => {
    await symlink('/', join(root, 'link'))
    const opened: string[] = []
    await start({ open: recording(opened) })
    expect(opened).toEqual([root])
  })

  it('watches a directory once it may', async () => {
    await put('a/file')
    let allowed = false
    const opened: string[] = []
    const open = recording(opened)
    await start({
      open: (directory, reach, listener) => {
        if (directory.endsWith('/a') && !allowed) throw Object.assign(new Error('no'), { code: 'EACCES' })
        return open(directory, reach, listener)
      },
    })
    expect(faults).toEqual([])
    allowed = true
    await chmod(join(root, 'a'), 0o700)
    await until(() => isTold('a'))
    expect(opened).toContain(join(root, 'a'))
  })

  it('gives one hint for everything after a burst, and watches what came in it', async () => {
    await start({ limits: { quietMs: 5, maxEvents: 50 } })
    for (let i = 0; i < 200; i += 1) await put(`d${i}/file`)
    await until(() => told.some(({ place, reach }) => place === '' && reach === 'below'))
    await until(() => isTold('d199'))
    told.length = 0
    await put('d150/later')
    await until(() => isTold('d150'))
  })

  it('tells nothing once it is disposed', async () => {
    await put('a/file')
    let open = 0
    const real = recording([])
    await start({
      open: (...given) => {
        open += 1
        const close = real(...given)
        return () => {
          open -= 1
          close()
        }
      },
    })
    expect(open).toBe(2)
    watch?.[Symbol.dispose]()
    expect(open).toBe(0)
  })
})

/** Watches for real, and remembers what. */
function recording(opened: string[]): OpenWatch {
  return (directory, _, listener) => {
    opened.push(directory)
    const watcher = realWatch(directory, (kind, name) => listener.event(kind, name))
    return () => watcher.close()
  }
}

describe('when the system has no watches left', () => {
  /** So many may be open at a time. */
  interface Limit {
    left: number
    tries: number
  }

  function limited(limit: Limit, code: string): OpenWatch {
    const real = recording([])
    return (...given) => {
      limit.tries += 1
      if (limit.left === 0) throw Object.assign(new Error(code), { code })
      limit.left -= 1
      const close = real(...given)
      return () => {
        limit.left += 1
        close()
      }
    }
  }

  it.each([
    ['ENOSPC', 'fs.inotify.max_user_watches='],
    ['EMFILE', 'fs.inotify.max_user_instances='],
  ])('%s is told once, with the number needed, and the folder is polled', async (code, words) => {
    for (let i = 0; i < 20; i += 1) await put(`d${i}/file`)
    await start({ open: limited({ left: 5, tries: 0 }, code), limits: { quietMs: 5, pollMs: 5 } })
    expect(faults).toHaveLength(1)
    expect(faults[0]?.message).toContain(words)
    expect(faults[0]?.message).toContain('this folder has 21')
    await until(() => told.filter(({ reach }) => reach === 'below').length > 3)
    expect(faults).toHaveLength(1)
  })

  it('what is watched already is still told of at once', async () => {
    await start({ open: limited({ left: 1, tries: 0 }, 'ENOSPC'), limits: { quietMs: 5, pollMs: 1e9 } })
    await mkdir(join(root, 'new'))
    await until(() => isTold('new'))
    expect(faults).toHaveLength(1)
    told.length = 0
    await put('file')
    await until(() => isTold(''))
  })

  it('what it takes is told anew when a few more did not do', async () => {
    for (let i = 0; i < 20; i += 1) await put(`d${i}/file`)
    const limit = { left: 0, tries: 0 }
    let code = 'EMFILE'
    const timers = handTimers()
    await start({ open: (...given) => limited(limit, code)(...given), timers })
    code = 'ENOSPC'
    timers.pass()
    await turn()
    expect(faults.map(({ message }) => /max_user_(\w+)=/.exec(message)?.[1])).toEqual(['instances', 'watches'])
  })

  it('everything is watched again once the system has some, directories that were made meanwhile too', async () => {
    const limit = { left: 1, tries: 0 }
    await put('a/file')
    const timers = handTimers()
    await start({ open: limited(limit, 'ENOSPC'), timers })
    await put('a/later/file')
    timers.pass()
    expect([mended, faults.length]).toEqual([0, 1])
    limit.left = 9
    timers.pass()
    timers.pass()
    await until(() => mended === 1)
    expect(told.at(-1)).toEqual({ place: '', reach: 'below' })
    expect(limit.left).toBe(7)
    told.length = 0
    timers.pass()
    expect(told).toEqual([])
  })

  it('it is tried again less and less often, each time with one directory only', async () => {
    const limit = { left: 0, tries: 0 }
    for (let i = 0; i < 20; i += 1) await put(`d${i}/file`)
    const timers = handTimers()
    await start({ open: limited(limit, 'ENOSPC'), timers })
    expect(limit.tries).toBe(21)
    const triedAt: number[] = []
    for (let look = 1; look <= 40; look += 1) {
      const before = limit.tries
      timers.pass()
      await turn()
      for (let i = before; i < limit.tries; i += 1) triedAt.push(look)
    }
    expect(triedAt).toEqual([1, 3, 7, 15, 25, 35])
    expect([mended, faults.length]).toEqual([0, 1])
  })

  it('a directory that may not be read is nothing that has to be mended', async () => {
    const limit = { left: 1, tries: 0 }
    const open = limited(limit, 'ENOSPC')
    await put('closed/file')
    await put('open/file')
    const timers = handTimers()
    await start({
      timers,
      open: (directory, reach, listener) => {
        if (directory.endsWith('/closed')) throw Object.assign(new Error('no'), { code: 'EACCES' })
        return open(directory, reach, listener)
      },
    })
    expect(faults).toHaveLength(1)
    limit.left = 9
    timers.pass()
    await until(() => mended === 1)
  })
})

/** The wait for the next look of the polling is over when it is told so; other waits are as they are. */
function handTimers() {
  let waiting: (() => void) | undefined
  const hold = (act: () => void) => {
    waiting = act
    return () => {
      if (waiting === act) waiting = undefined
    }
  }
  return {
    now: () => performance.now(),
    after: (ms: number, act: () => void) => {
      if (ms === POLL_MS) return hold(act)
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
    pass: () => waiting?.(),
  }
}

const POLL_MS = 30_000

describe('when the folder goes', () => {
  it('says so, and asks for a look', async () => {
    await start({ limits: { quietMs: 5, pollMs: 1e9 } })
    await rm(root, { recursive: true })
    await until(() => told.some(({ place, reach }) => place === '' && reach === 'below'))
    expect(faults.map(({ code }) => code)).toEqual(['folder-unusable'])
  })
})
