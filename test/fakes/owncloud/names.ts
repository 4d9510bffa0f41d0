// Which names the fake refuses: exactly those that its capabilities forbid.

/** A predicate made from `capabilities` as a client gets them. */
export function refusedNames(capabilities: Readonly<Record<string, unknown>>): (name: string) => boolean {
  const files = sectionOf(capabilities, 'files')
  const regex = sectionOf(capabilities, 'dav')['invalidFilenameRegex']
  const characters = listOf(files['forbidden_filename_characters'])
  const names = [...listOf(files['forbidden_filenames']), ...listOf(files['blacklisted_files'])]
  const basenames = listOf(files['forbidden_filename_basenames'])
  const extensions = listOf(files['forbidden_filename_extensions'])
  return name => {
    const lower = name.toLowerCase()
    return (
      characters.some(character => name.includes(character)) ||
      names.includes(lower) ||
      basenames.includes(lower.split('.')[0] ?? '') ||
      extensions.some(extension => lower.endsWith(extension)) ||
      (typeof regex === 'string' && new RegExp(regex).test(name))
    )
  }
}

function sectionOf(record: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = record[key]
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string').map(item => item.toLowerCase()) : []
}
