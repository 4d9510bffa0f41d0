import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeviceKey } from '../../wire/bep/device-key.ts'
import type { Config, ConfigFile } from './config.ts'
import { FIRST_TEXT } from './config-defaults.ts'
import { openConfig } from './open-config.ts'

const OWN_WORDS = `# My settings, do not touch!

listen: 127.0.0.1:9000   # the old port was taken

log:
  level: 'warn'

# ---- folders ----
folders:
  # All of the family
  photos:
    path: /srv/photos # big disk
    rescan: 12h

    remotes:
      # at home
      nas:
        url: https://nas.local
  music:
    path: /srv/music
# the end
`
let directory: string
let file: string
let config: ConfigFile | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-config-'))
  file = join(directory, 'config.yaml')
})
afterEach(async () => {
  await config?.close()
  config = undefined
  rmSync(directory, { recursive: true, force: true })
})

const text = () => readFileSync(file, 'utf8')
async function opened(content?: string): Promise<ConfigFile> {
  if (content !== undefined) writeFileSync(file, content)
  config = await openConfig(file, { quietMs: 5 })
  return config
}
const changed = (of: ConfigFile) =>
  new Promise<Config>(resolve => {
    const listening = of.onChange(now => {
      listening[Symbol.dispose]()
      resolve(now)
    })
  })

describe('a change by the program', () => {
  test('leaves comments, order, quotes and blank lines as they are', async () => {
    const settings = await opened(OWN_WORDS)
    await settings.change(draft => {
      draft.set({ listen: { host: '::1', port: 1 }, log: { ...settings.current.log, level: 'debug' } })
      draft.putFolder('photos', { isPaused: true, rescanMs: 60_000 })
      draft.putRemote('music', 'nas', { url: '/mnt/nas', pollMs: 30_000 })
    })
    const lines = [
      ['listen: 127.0.0.1:9000   # the old', 'listen: "[::1]:1" # the old'],
      ["  level: 'warn'\n", "  level: 'debug'\n  size: 10 MB\n  keep: 5\n  file: auto\n"],
      ['    rescan: 12h\n', '    rescan: 1m\n'],
      ['        url: https://nas.local\n', '        url: https://nas.local\n    paused: true\n'],
      [
        '    path: /srv/music\n',
        '    path: /srv/music\n    remotes:\n      nas:\n        url: /mnt/nas\n        poll: 30s\n',
      ],
    ] as const
    expect(text()).toBe(lines.reduce((whole, [from, to]) => whole.replace(from, to), OWN_WORDS))
  })

  test('of nothing, or of what is so already, leaves every byte', async () => {
    const settings = await opened(`a_key_of_mine:    1\n\n\n${OWN_WORDS}`)
    const before = text()
    await settings.change(() => {})
    await settings.change(draft => draft.putFolder('photos', { rescanMs: 43_200_000, path: '/srv/photos' }))
    expect(text()).toBe(before)
  })

  test('leaves the layout of the lines that it does not mean', async () => {
    const messy = `folders:


    photos:   {path: "/srv/photos",  paused: false}   # one line
    music:
        path:    '/srv/music'       # aligned
        rescan:  12h                # here too


        ignore-from:
        - /etc/a
        -   /etc/b   # second
my-own-key:   [1,2,   3]
`
    const settings = await opened(messy)
    await settings.change(draft => draft.putFolder('music', { rescanMs: 3_600_000, isPaused: true }))
    const wanted = messy
      .replace('rescan:  12h                #', 'rescan: 1h #')
      .replace('# second\n', '# second\n        paused: true\n')
    expect(text()).toBe(wanted)
  })

  test('removes a folder with what was said about it, and nothing else', async () => {
    const settings = await opened(OWN_WORDS)
    await settings.change(draft => draft.removeFolder('photos'))
    expect(settings.current.folders.map(({ id }) => id)).toEqual(['music'])
    expect(text()).toContain('# ---- folders ----')
    await settings.change(draft => draft.removeFolder('music'))
    await settings.change(draft =>
      draft.putFolder('new', { path: '/srv/new', label: 'yes: "no" #x', ignoreFrom: ['/a'] }),
    )
    await settings.change(draft => draft.putFolder('new', { ignoreFrom: undefined }))
    expect(settings.current.folders).toMatchObject([{ id: 'new', label: 'yes: "no" #x', ignoreFrom: [] }])
  })

  test('keeps the indentation and the ends of lines that it finds', async () => {
    const own = 'folders:\r\n    a:\r\n        path: /a\r\n'
    const settings = await opened(own)
    await settings.change(draft => draft.putFolder('a', { isPaused: true }))
    expect(text()).toBe(`${own}        paused: true\r\n`)
    const flat = 'folders:\n  a:\n    path: /a\n    ignore-from:\n    - /x\n'
    writeFileSync(file, flat)
    await settings.change(draft => draft.putFolder('a', { isPaused: true }))
    expect(text()).toBe(`${flat}    paused: true\n`)
  })

  test('that would not be valid is refused, and nothing is written', async () => {
    const settings = await opened(OWN_WORDS)
    const before = settings.current
    await expect(settings.change(draft => draft.putFolder('new', { label: 'x' }))).rejects.toThrow(
      /folders\.new: the key 'path' is missing/,
    )
    await expect(settings.change(draft => draft.putRemote('none', 'r', { url: '/x' }))).rejects.toThrow(
      /no folder none/,
    )
    await expect(
      settings.change(draft => draft.putRemote('music', 'r', { url: 'https://a:planted@x.org' })),
    ).rejects.toThrow(/^(?!.*planted).*url/s)
    expect(text()).toBe(OWN_WORDS)
    expect(settings.current).toBe(before)
  })

  test('goes on top of what an editor saved meanwhile, also in the middle of it', async () => {
    const settings = await opened(OWN_WORDS)
    let edits = 0
    await settings.change(draft => {
      // The editor saves while the first try is under way.
      edits += 1
      if (edits === 1) writeFileSync(file, OWN_WORDS.replace('9000', '9001'))
      draft.putFolder('photos', { isPaused: true })
    })
    expect(edits).toBe(2)
    expect(settings.current).toMatchObject({ listen: { port: 9001 }, folders: [{ isPaused: true }, {}] })
    expect(text()).toContain('9001   # the old port')
  })

  test('on a file with errors is refused, so that the editor’s work is not lost', async () => {
    const settings = await opened(OWN_WORDS)
    const bad = OWN_WORDS.replace('12h', 'often')
    writeFileSync(file, bad)
    await expect(settings.change(draft => draft.removeFolder('music'))).rejects.toThrow(
      /config\.yaml line 13: folders\.photos\.rescan: it is a time/,
    )
    expect(text()).toBe(bad)
  })

  test('of devices keeps what their author wrote, and a device that goes leaves all folders', async () => {
    const id = 'P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2' as DeviceKey
    const settings = await opened(OWN_WORDS)
    await settings.change(draft => draft.putDevice(id, {}))
    expect(settings.current.devices).toMatchObject([{ id, name: 'P56IOI7', addresses: ['dynamic'] }])
    await settings.change(draft => draft.putDevice(id, { name: 'laptop', addresses: ['dynamic', 'tcp://192.0.2.7'] }))
    await settings.change(draft => draft.putFolder('music', { devices: [id] }))
    await settings.change(draft => draft.setMesh({ ignoredDevices: [id] }))
    const words = (all: string) => all.split('\n').map(line => line.trim().replaceAll(/ +/g, ' '))
    expect(words(OWN_WORDS).filter(line => !words(text()).includes(line))).toEqual([])
    expect(settings.current.folders.find(({ id: folder }) => folder === 'music')?.devices).toEqual([id])
    expect(settings.current.mesh).toMatchObject({ ignoredDevices: [id], listen: 'default' })
    await settings.change(draft => draft.removeDevice(id))
    expect(settings.current.devices).toEqual([])
    expect(settings.current.folders.flatMap(({ devices }) => devices)).toEqual([])
    expect(settings.problems).toEqual([])
  })

  test('of hours keeps those that stay as their author wrote them', async () => {
    const own = `schedule:
  # nobody is here then
  - { days: mon-fri, from: 08:00, to: "18:00", sync: false } # but Anna
  - days: sat
    from: "09:00"
    to: "12:00"
    upload: 1 MB/s
# the end
`
    const settings = await opened(own)
    const [first, second] = settings.current.schedule
    if (first === undefined || second === undefined) throw new Error('two')
    const night = { days: ['sun'], fromMinute: 1320, toMinute: 360, sync: 'off' } as const
    await settings.change(draft => draft.set({ schedule: [first, night] }))
    expect(text()).toContain('  # nobody is here then\n')
    expect(text()).toContain('{ days: mon-fri, from: 08:00, to: "18:00", sync: false } # but Anna\n')
    expect(text()).toContain('# the end\n')
    expect(settings.current.schedule).toEqual([first, night])
  })

  test('many at once are all made', async () => {
    const settings = await opened(OWN_WORDS)
    const ids = Array.from({ length: 20 }, (_, n) => `f${n}`)
    await Promise.all(ids.map(id => settings.change(draft => draft.putFolder(id, { path: `/srv/${id}` }))))
    expect(settings.current.folders.map(({ id }) => id)).toEqual(['photos', 'music', ...ids])
    expect(readdirSync(directory).sort()).toEqual(['config.last-good.yaml', 'config.yaml'])
  })

  test('goes through a link to where the settings really are', async () => {
    const real = join(directory, 'real.yaml')
    writeFileSync(real, OWN_WORDS)
    symlinkSync(real, file)
    const settings = await opened()
    await settings.change(draft => draft.removeFolder('music'))
    expect(readFileSync(real, 'utf8')).not.toContain('music')
  })
})

describe('a bad file', () => {
  test('stops nothing that runs, and is told until it is mended', async () => {
    const settings = await opened(OWN_WORDS)
    const before = settings.current
    writeFileSync(file, 'listen: [')
    await settings.reload()
    expect(settings.current).toBe(before)
    expect(settings.problems.map(({ severity, line }) => [severity, line])).toContainEqual(['error', 1])
    writeFileSync(file, OWN_WORDS.replace('9000', '9001'))
    expect((await settings.reload()).listen.port).toBe(9001)
    expect(settings.problems).toEqual([])
  })

  test('at the start leaves the last good one in force, and both on disk', async () => {
    await (await opened(OWN_WORDS)).close()
    const settings = await opened('listen: nonsense')
    expect(settings.current.folders.map(({ id }) => id)).toEqual(['photos', 'music'])
    expect(settings.problems).toHaveLength(1)
    expect(text()).toBe('listen: nonsense')
    expect(readFileSync(join(directory, 'config.last-good.yaml'), 'utf8')).toBe(OWN_WORDS)
  })

  test('that has become empty takes nothing away, and nothing is written into it', async () => {
    const settings = await opened(OWN_WORDS)
    const before = settings.current
    writeFileSync(file, '')
    await settings.reload()
    expect(settings.current).toBe(before)
    expect(settings.problems).toMatchObject([{ severity: 'error', message: expect.stringContaining('is empty') }])
    await expect(settings.change(draft => draft.removeFolder('music'))).rejects.toMatchObject({ code: 'usage' })
    expect(text()).toBe('')
    writeFileSync(file, 'folders: {}')
    expect((await settings.reload()).folders).toEqual([])
    expect(settings.problems).toEqual([])
  })

  test('that was taken away comes back from the last good one', async () => {
    await (await opened(OWN_WORDS)).close()
    rmSync(file)
    const settings = await opened()
    expect(settings.current.folders).toHaveLength(2)
    expect(text()).toBe(OWN_WORDS)
  })
})

test('a first start writes a file that explains itself, for its user only', async () => {
  const settings = await opened()
  expect(text()).toBe(FIRST_TEXT)
  expect(settings.problems).toEqual([])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await settings.change(draft => draft.putFolder('syncline', { path: '/home/anna/Syncline' }))
  expect(text()).toBe(FIRST_TEXT.replace('folders: {}', 'folders:\n  syncline:\n    path: /home/anna/Syncline'))
})

describe('a change by an editor', () => {
  test('in place is noticed', async () => {
    const settings = await opened(OWN_WORDS)
    const told = changed(settings)
    writeFileSync(file, OWN_WORDS.replace('9000', '9001'))
    expect((await told).listen.port).toBe(9001)
  })

  test('by another file under the name is noticed', async () => {
    const settings = await opened(OWN_WORDS)
    const told = changed(settings)
    writeFileSync(`${file}.swp`, OWN_WORDS.replace('9000', '9002'))
    renameSync(`${file}.swp`, file)
    expect((await told).listen.port).toBe(9002)
  })

  test('that says the same in other words is none', async () => {
    const settings = await opened(OWN_WORDS)
    const told: Config[] = []
    settings.onChange(now => told.push(now))
    writeFileSync(file, `# more\n${OWN_WORDS}`)
    await settings.reload()
    expect(told).toEqual([])
  })
})
