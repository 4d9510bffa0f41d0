// Names of the properties that are asked for, as `{namespace}local`, and how a writer abbreviates their namespaces.

export const DAV = 'DAV:'
export const OC = 'http://owncloud.org/ns'
export const NC = 'http://nextcloud.org/ns'
export const SABRE = 'http://sabredav.org/ns'

export const dav = (local: string): string => `{${DAV}}${local}`
export const oc = (local: string): string => `{${OC}}${local}`
export const nc = (local: string): string => `{${NC}}${local}`

const PREFIXES: ReadonlyMap<string, string> = new Map([
  [DAV, 'd'],
  [OC, 'oc'],
  [NC, 'nc'],
  [SABRE, 's'],
])

/** `name` as namespace and local part. */
export function splitName(name: string): { readonly uri: string; readonly local: string } {
  const end = name.indexOf('}')
  return { uri: name.slice(1, end), local: name.slice(end + 1) }
}

/** The tag to write for each of `names`, and the declarations that the root element must carry. `d` is always declared. */
export function tagsFor(names: readonly string[]): { readonly declarations: string; readonly tags: readonly string[] } {
  const prefixes = new Map([[DAV, 'd']])
  const tags = names.map(name => {
    const { uri, local } = splitName(name)
    const prefix = prefixes.get(uri) ?? PREFIXES.get(uri) ?? `x${prefixes.size}`
    prefixes.set(uri, prefix)
    return `${prefix}:${local}`
  })
  const declarations = [...prefixes].map(([uri, prefix]) => ` xmlns:${prefix}="${uri}"`).join('')
  return { declarations, tags }
}
