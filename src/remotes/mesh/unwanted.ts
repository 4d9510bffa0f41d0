// What is said of paths that are not wanted here: that they are known, and not offered, so that nobody waits for us to have them.
import type { Announcement, MeshRecords } from '../../index/mesh.ts'
import { isWithin, type Path } from '../../model/path.ts'

const PAGE = 500

/** Under the version that all go to. What is gone everywhere is gone here too, as far as anybody needs to know. */
export function notWanted(path: Path, mesh: MeshRecords): readonly Announcement[] {
  const global = mesh.picked(path)
  if (global === undefined || global.invalid) return []
  if (!global.deleted) return [{ ...global, invalid: true, size: 0 }]
  const ours = mesh.announced(path)
  return ours === undefined || ours.deleted ? [] : [global]
}

/** Everything at and below `place` that all go to, and of which nothing was said from here. Returns whether there was any. */
export function leavePlace(place: Path, mesh: MeshRecords): boolean {
  let isAny = announce([place], mesh)
  let after = `${place}/` as Path
  for (;;) {
    const page = mesh.lackedAfter(after, PAGE)
    const below = page.map(({ path }) => path).filter(path => isWithin(path, place))
    isAny = announce(below, mesh) || isAny
    after = page.at(-1)?.path ?? after
    if (below.length < PAGE) return isAny
  }
}

function announce(paths: readonly Path[], mesh: MeshRecords): boolean {
  const said = paths.flatMap(path => notWanted(path, mesh))
  mesh.announce(said)
  return said.length > 0
}
