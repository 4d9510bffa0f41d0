// What people see and do on each side, straight to what is there: a person's deed is one instant between two hops of the program.
import type { Path } from '../../src/model/path.ts'
import type { MemoryServer } from '../../src/remotes/memory/memory-server.ts'
import type { Surface } from './people.ts'
import type { SimDisk } from './sim-disk.ts'

/** The contents that the program keeps in the trash of a disk. */
export function trashOfDisk(disk: SimDisk): Set<string> {
  const found = new Set<string>()
  const walk = (inode: typeof disk.root) => {
    if (inode.kind === 'file') found.add(Buffer.from(inode.bytes).toString())
    for (const child of inode.names.values()) walk(child)
  }
  const trash = disk.root.names.get('.syncline')?.names.get('trash')
  if (trash !== undefined) walk(trash)
  return found
}

const ASIDE = 'aside' as Path

export function surfaceOfServer(server: MemoryServer): Surface {
  return {
    list: () =>
      new Map(
        [...server.nodes].map(([path, node]) => [
          path,
          node.kind === 'directory' ? 'directory' : Buffer.from(node.bytes).toString(),
        ]),
      ),
    write: (path, content) => server.put(path as Path, Buffer.from(content)),
    makeDirectory: path => server.makeDirectory(path as Path),
    move: (from, to) => server.move(from as Path, to as Path),
    remove: path => server.remove(path as Path),
    touch: path => server.setMetadata(path as Path, BigInt(Date.UTC(2020, 1, 1)) * 1_000_000n, undefined),
    swap: (one, two) => {
      if (one === two) return
      server.move(one as Path, ASIDE)
      server.move(two as Path, one as Path)
      server.move(ASIDE, two as Path)
    },
  }
}

export function surfaceOfDisk(disk: SimDisk): Surface {
  const find = (path: string) =>
    path
      .split('/')
      .reduce<typeof disk.root | undefined>((place, name) => (name === '' ? place : place?.names.get(name)), disk.root)
  const split = (path: string): [string, string] => {
    const at = path.lastIndexOf('/')
    return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)]
  }
  return {
    list: () => {
      const found = new Map<string, string>()
      const walk = (place: typeof disk.root, prefix: string) => {
        for (const [name, inode] of place.names) {
          if (prefix === '' && name === '.syncline') continue
          found.set(prefix + name, inode.kind === 'directory' ? 'directory' : Buffer.from(inode.bytes).toString())
          if (inode.kind === 'directory') walk(inode, `${prefix}${name}/`)
        }
      }
      walk(disk.root, '')
      return found
    },
    write: (path, content) => {
      const [place, name] = split(path)
      const there = find(path)
      const inode = there?.kind === 'file' ? there : disk.make('file')
      inode.bytes = Buffer.from(content)
      inode.mode = 0o644
      inode.mtimeNs = disk.timeNs()
      inode.ctimeNs = disk.timeNs()
      find(place)?.names.set(name, inode)
    },
    makeDirectory: path => {
      const [place, name] = split(path)
      find(place)?.names.set(name, disk.make('directory'))
    },
    move: (from, to) => {
      const inode = find(from)
      const [fromPlace, fromName] = split(from)
      const [toPlace, toName] = split(to)
      if (inode === undefined) return
      find(fromPlace)?.names.delete(fromName)
      inode.ctimeNs = disk.timeNs()
      find(toPlace)?.names.set(toName, inode)
    },
    remove: path => {
      const [place, name] = split(path)
      find(place)?.names.delete(name)
    },
    touch: path => {
      const inode = find(path)
      if (inode === undefined) return
      inode.mtimeNs = disk.timeNs() - 1_000_000_000n
      inode.ctimeNs = disk.timeNs()
    },
    swap: (one, two) => {
      const [a, b] = [find(one), find(two)]
      const [placeOfOne, nameOfOne] = split(one)
      const [placeOfTwo, nameOfTwo] = split(two)
      if (a === undefined || b === undefined) return
      a.ctimeNs = disk.timeNs()
      b.ctimeNs = disk.timeNs()
      find(placeOfOne)?.names.set(nameOfOne, b)
      find(placeOfTwo)?.names.set(nameOfTwo, a)
    },
  }
}
