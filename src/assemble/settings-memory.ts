// What an adapter remembers of its remote, kept among the folder's settings because it is asked for before the remote's id is known.
import type { FolderIndex } from '../index/folder-index.ts'
import type { Memory } from '../replica/replica.ts'

/** `name` tells remotes apart: the address in its canonical spelling, without secrets. */
export function settingsMemory(index: FolderIndex, name: string): Memory {
  const key = (of: string) => `memory ${name} ${of}`
  return { get: of => index.get(key(of)), set: (of, value) => index.set(key(of), value) }
}
