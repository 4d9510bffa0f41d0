// `oc:permissions`: letters for what a user may do with a node (fact sheet of the protocol, "Permissions string").
import type { Rights } from '../../model/entry.ts'

type NodeKind = 'file' | 'directory'

/** The rights that `text` grants; undefined when it grants everything a node of this kind can grant. */
export function parsePermissions(text: string, kind: NodeKind): Rights | undefined {
  const may = (letter: string): boolean => text.includes(letter)
  const rights: Rights = {
    write: kind === 'directory' || may('W'),
    remove: may('D'),
    rename: may('N'),
    move: may('V'),
    addFiles: kind === 'file' || may('C'),
    addDirectories: kind === 'file' || may('K'),
  }
  return Object.values(rights).every(Boolean) ? undefined : rights
}

/** The letters for `rights` in the servers' order; undefined rights are all. `marks` go first: S shared, R may re-share, M mount, G readable. */
export function writePermissions(rights: Rights | undefined, kind: NodeKind, marks = ''): string {
  const all = rights === undefined
  const letters = [
    [all || rights.remove, 'D'],
    [all || rights.rename, 'N'],
    [all || rights.move, 'V'],
    [kind === 'file' && (all || rights.write), 'W'],
    [kind === 'directory' && (all || rights.addFiles), 'C'],
    [kind === 'directory' && (all || rights.addDirectories), 'K'],
  ] as const
  return marks + letters.map(([granted, letter]) => (granted ? letter : '')).join('')
}
