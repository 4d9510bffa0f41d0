// A name that nobody has yet, close to the one that was wanted.

const MAX_NAME_BYTES = 255

/** The first of `namesLike` that `isTaken` denies. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (const candidate of namesLike(name)) if (!isTaken(candidate)) return candidate
  return name
}

/** `name`, then `name (2)`, `name (3)` … with the number before the ending; without end. */
export function* namesLike(name: string): Generator<string> {
  yield name
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let count = 2; ; count += 1) {
    const tail = ` (${count})${ending}`
    yield Buffer.byteLength(tail) < MAX_NAME_BYTES ? fitted(stem, tail) : fitted(name, ` (${count})`)
  }
}

/** `stem` and `tail`, with as much of the stem as a name can hold. */
function fitted(stem: string, tail: string): string {
  const characters = [...stem]
  while (Buffer.byteLength(characters.join('')) + Buffer.byteLength(tail) > MAX_NAME_BYTES) characters.pop()
  return characters.join('') + tail
}
