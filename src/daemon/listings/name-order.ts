// The order in which people read names: without regard to case, and numbers by what they count to.

/** Of two names the one whose key is less comes first; equal keys leave it to the names themselves. */
export function orderKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, digits => {
    const number = digits.replace(/^0+(?=\d)/, '')
    // How many digits there are decides first. A name has at most 255 bytes.
    return `0${String.fromCharCode(number.length)}${number}`
  })
}

export function compareKeyed(
  a: { readonly key: string; readonly name: string },
  b: { readonly key: string; readonly name: string },
): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1
}
