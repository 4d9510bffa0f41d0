import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findHome, makeHome } from './home-directory.ts'

const USER = '/home/anna'
const find = (platform: NodeJS.Platform, environment: Record<string, string> = {}, home?: string) => {
  const { settings, state } = findHome({ home, environment, platform, userHome: USER })
  return [settings, state]
}

describe('the home is', () => {
  test('what --home says, then what the environment says', () => {
    expect(find('linux', { SYNCLINE_HOME: '/b' }, '/a')).toEqual(['/a', '/a'])
    expect(find('linux', { SYNCLINE_HOME: '/b', XDG_CONFIG_HOME: '/c' })).toEqual(['/b', '/b'])
    expect(() => find('linux', {}, '')).toThrow(/--home/)
  })
  test('on Linux where XDG says', () => {
    expect(find('linux', { SYNCLINE_HOME: '' })).toEqual([`${USER}/.config/syncline`, `${USER}/.local/state/syncline`])
    expect(find('linux', { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: 'relative' })).toEqual([
      ...['/c/syncline', `${USER}/.local/state/syncline`],
    ])
  })
  test('on macOS in Application Support', () => {
    expect(find('darwin')).toEqual(Array(2).fill(`${USER}/Library/Application Support/Syncline`))
  })
  test('on Windows in AppData', () => {
    expect(find('win32', { APPDATA: '/r', LOCALAPPDATA: '/l' })).toEqual(['/r/Syncline', '/l/Syncline'])
  })
})

describe('made', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'syncline-home-'))
  })
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const make = (home: string) => makeHome(findHome({ home, environment: {}, platform: 'linux' }))
  const mode = (path: string) => statSync(path).mode & 0o777

  test('it is nobody else’s', () => {
    make(join(directory, 'a/b'))
    expect(mode(join(directory, 'a/b'))).toBe(0o700)
  })

  test('one that others could read is closed', () => {
    chmodSync(directory, 0o755)
    make(directory)
    expect(mode(directory)).toBe(0o700)
  })

  test('a file is no home', () => {
    writeFileSync(join(directory, 'file'), '')
    expect(() => make(join(directory, 'file'))).toThrow(/home directory .* --home/)
  })
})
