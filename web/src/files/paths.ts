// Paths as people and addresses write them: names with '/' between them, '' for the top.

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function pathIn(place: string, name: string): string {
  return place === '' ? name : `${place}/${name}`
}

/** From the first directory down to `place`. */
export function placesTo(place: string): readonly string[] {
  const names = place.split('/').filter(name => name !== '')
  return names.map((_, n) => names.slice(0, n + 1).join('/'))
}

/** `report.txt`, `report (2).txt`, `report (3).txt`. */
export function nextName(path: string): string {
  const [, stem = '', n, ending = ''] = /^(.*?)(?: \((\d+)\))?(\.[^./]+)?$/.exec(nameOf(path)) ?? []
  return pathIn(parentOf(path), `${stem} (${Number(n ?? 1) + 1})${ending}`)
}
