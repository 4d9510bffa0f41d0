// What an adapter remembers of its remote, kept among the folder's settings because it is asked for before the remote's id is known.
import type { FolderIndex } from '../index/folder-index.ts'
import type { Memory } from '../replica/replica.ts'

/** By which an adapter knows that it is at the same place again: the mark of a directory, the id of a server's root. */
const PLACES = ['place', 'root-id']

/** `name` tells remotes apart: the address in its canonical spelling, without secrets. */
export function settingsMemory(index: FolderIndex, name: string): Memory {
  const key = (of: string) => `memory ${name} ${of}`
  return { get: of => index.get(key(of)), set: (of, value) => index.set(key(of), value) }
}

/** What is found at the remote from now on is the right place. Returns whether another one was expected. */
export function forgetPlace(index: FolderIndex, name: string): boolean {
  const memory = settingsMemory(index, name)
  const known = PLACES.filter(of => memory.get(of) !== undefined)
  for (const of of known) memory.set(of, undefined)
  return known.length > 0
}
